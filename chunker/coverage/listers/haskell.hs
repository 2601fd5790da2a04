{-# LANGUAGE RankNTypes, ScopedTypeVariables, TypeFamilies #-}

-- Lists Haskell's functions by GHC's own parser (see ../README.md).
module Main (main) where

import Control.Exception (SomeException, evaluate, try)
import Control.Monad (forM_)
import Control.Monad.IO.Class (liftIO)
import Data.Char (isSpace, ord)
import Data.Data (Data, cast, gmapQ)
import Data.List (dropWhileEnd, groupBy, isInfixOf, isPrefixOf, sortOn)
import Data.Maybe (listToMaybe, mapMaybe)
import GHC (runGhc, getSessionDynFlags)
import GHC.Data.Bag (bagToList)
import GHC.Data.FastString (mkFastString)
import GHC.Data.StringBuffer (stringToStringBuffer)
import GHC.Driver.Session
import GHC.Hs
import GHC.LanguageExtensions.Type (Extension (..))
import GHC.Parser (parseModule)
import GHC.Parser.Lexer (ParseResult (..), mkPState, unP)
import GHC.Types.Name.Occurrence (occNameString)
import GHC.Types.Name.Reader (RdrName (..), rdrNameOcc)
import GHC.Unit.Module.Name (moduleNameString)
import GHC.Types.SrcLoc
import System.IO
import System.Process (readProcess)
import Text.Printf (printf)

data Function = Function {name :: String, container :: String, start, end :: Int}

-- Each decl is what stands among its likes, in their order.
data Decl
  = Signature Int [String] Bool -- where it starts, of what, and whether of a function
  | Pragma
  | Binding Int Int (HsBind GhcPs)
  | Other

listed :: Data a => String -> a -> [Function]
listed within a
  | Just (m :: HsModule) <- cast a = group within (map decl (hsmodDecls m)) ++ rest within [d | L _ d <- hsmodDecls m, notBound d]
  | Just (d :: TyClDecl GhcPs) <- cast a, ClassDecl {} <- d =
      let inside = identifier (tcdLName d) in group inside (ordered (tcdMeths d) (tcdSigs d))
  | Just (d :: ClsInstDecl GhcPs) <- cast a =
      group (className (cid_poly_ty d)) (ordered (cid_binds d) (cid_sigs d))
  | Just (b :: HsValBinds GhcPs) <- cast a, ValBinds _ binds sigs <- b = group within (ordered binds sigs)
  | otherwise = concat (gmapQ (listed within) a)
  where
    rest w = concatMap (listed w)
    notBound d = case d of
      ValD {} -> False
      _ -> True

ordered :: LHsBinds GhcPs -> [LSig GhcPs] -> [Decl]
ordered binds sigs = map snd (sortOn fst (map binding (bagToList binds) ++ map signature sigs))
  where
    binding (L l b) = (place l, Binding (fst (lines' l)) (snd (lines' l)) b)
    signature (L l s) = (place l, sig l s)

decl :: LHsDecl GhcPs -> Decl
decl (L l d) = case d of
  ValD _ b -> Binding (fst (lines' l)) (snd (lines' l)) b
  SigD _ s -> sig l s
  DocD {} -> Pragma
  AnnD {} -> Pragma
  WarningD {} -> Pragma
  RuleD {} -> Pragma
  _ -> Other

sig :: SrcSpan -> Sig GhcPs -> Decl
sig l s = case s of
  TypeSig _ names ty -> Signature (fst (lines' l)) (map identifier names) (arrow (hsib_body (hswc_body ty)))
  ClassOpSig _ _ names ty -> Signature (fst (lines' l)) (map identifier names) (arrow (hsib_body ty))
  InlineSig {} -> Pragma
  SpecSig {} -> Pragma
  _ -> Other

arrow :: LHsType GhcPs -> Bool
arrow (L _ t) = case t of
  HsForAllTy _ _ body -> arrow body
  HsQualTy _ _ body -> arrow body
  HsDocTy _ body _ -> arrow body
  HsParTy _ body -> arrow body
  HsFunTy {} -> True
  _ -> False

-- A signature belongs to the binding after it, and so does another one of the same
-- name, in another branch of a condition. So do bindings of one name that follow
-- each other: equations of different arity are branches.
group :: String -> [Decl] -> [Function]
group within = go Nothing
  where
    go _ [] = []
    go before (d : ds) = case d of
      Signature at names callable -> case before of
        Just (first, same, also) | any (`elem` names) same -> go (Just (first, same ++ names, also || callable)) ds
        _ -> go (Just (at, names, callable)) ds
      Pragma -> go before ds
      Other -> go Nothing ds
      Binding from to b@FunBind {fun_id = n} ->
        let called = identifier n
            (more, rest) = clauses called ds
            own = [s | Just s@(_, names, _) <- [before], called `elem` names]
            all' = (from, to, b) : more
            -- Without a signature, a value does not start a function.
            equations = if or [yes | (_, _, yes) <- own] then all' else dropWhile (\(_, _, e) -> not (isFunction e)) all'
            start = case own of (at, _, _) : _ -> at; [] -> minimum [f | (f, _, _) <- equations]
            inside = if null equations then within else called
         in [Function called within start (maximum [t | (_, t, _) <- equations]) | not (null equations)]
              ++ concat [concat (gmapQ (listed inside) e) | (_, _, e) <- all']
              ++ go Nothing rest
      Binding _ _ b -> concat (gmapQ (listed within) b) ++ go Nothing ds
    clauses called ds = case dropWhile isPragma ds of
      Binding from to b@FunBind {fun_id = n} : rest | identifier n == called -> let (more, after) = clauses called rest in ((from, to, b) : more, after)
      _ -> ([], ds)
    isPragma d = case d of
      Pragma -> True
      _ -> False

isFunction :: HsBind GhcPs -> Bool
isFunction b = case b of
  FunBind {fun_matches = matches} -> any (\m -> callable m || local (unLoc m)) (unLoc (mg_alts matches))
  _ -> False
  where
    callable :: LMatch GhcPs (LHsExpr GhcPs) -> Bool
    callable (L _ m) = not (null (m_pats m)) || any (value . unLoc) (grhssGRHSs (m_grhss m))
    value :: GRHS GhcPs (LHsExpr GhcPs) -> Bool
    value (GRHS _ _ (L _ e)) = case e of
      HsLam {} -> True
      HsLamCase {} -> True
      HsDo _ DoExpr {} _ -> True
      HsDo _ MDoExpr {} _ -> True
      _ -> False

-- A name bound to a function of its own "where".
local :: Match GhcPs (LHsExpr GhcPs) -> Bool
local m = case (grhssGRHSs (m_grhss m), unLoc (grhssLocalBinds (m_grhss m))) of
  ([L _ (GRHS _ [] (L _ (HsVar _ v)))], HsValBinds _ (ValBinds _ binds _)) ->
    or [ identifier n == identifier v && any (not . null . m_pats . unLoc) (unLoc (mg_alts ms))
       | L _ (FunBind {fun_id = n, fun_matches = ms}) <- bagToList binds ]
  _ -> False

className :: LHsSigType GhcPs -> String
className = go . hsib_body
  where
    go :: LHsType GhcPs -> String
    go (L _ t) = case t of
      HsForAllTy _ _ body -> go body
      HsQualTy _ _ body -> go body
      HsAppTy _ f _ -> go f
      HsParTy _ body -> go body
      HsOpTy _ _ op _ -> identifier op
      HsTyVar _ _ n -> written (unLoc n)
      _ -> ""

-- A class is named with the module that it is written with.
written :: RdrName -> String
written n = case n of
  Qual m o -> moduleNameString m ++ "." ++ occNameString o
  _ -> occNameString (rdrNameOcc n)

identifier :: Located RdrName -> String
identifier = occNameString . rdrNameOcc . unLoc

place :: SrcSpan -> (Int, Int)
place l = case l of
  RealSrcSpan r _ -> (srcSpanStartLine r, srcSpanStartCol r)
  _ -> (0, 0)

lines' :: SrcSpan -> (Int, Int)
lines' l = case l of
  RealSrcSpan r _ -> (srcSpanStartLine r, if srcSpanEndCol r == 1 then srcSpanEndLine r - 1 else srcSpanEndLine r)
  _ -> (0, 0)

-- What projects turn on for all of their files, as far as it takes no word away.
usual, unusual :: [Extension]
usual =
  [ BangPatterns, BinaryLiterals, BlockArguments, ConstraintKinds, DataKinds, DefaultSignatures, DerivingStrategies
  , DerivingVia, DeriveAnyClass, EmptyCase, EmptyDataDeriving, ExistentialQuantification, ExplicitForAll, ExplicitNamespaces
  , FlexibleContexts, FlexibleInstances, FunctionalDependencies, GADTSyntax, GADTs, HexFloatLiterals, ImportQualifiedPost
  , InstanceSigs, KindSignatures, LambdaCase, MultiParamTypeClasses, MultiWayIf, NamedWildCards, NumericUnderscores
  , OverloadedStrings, PackageImports, PolyKinds, RankNTypes, RecordPuns, RecordWildCards, RoleAnnotations, ScopedTypeVariables
  , StandaloneDeriving, StandaloneKindSignatures, TemplateHaskell, TemplateHaskellQuotes, TupleSections, TypeApplications, TypeFamilies, TypeFamilyDependencies
  , TypeOperators, ViewPatterns, QuantifiedConstraints ]
unusual = [PatternSynonyms, MagicHash, UnboxedTuples, TemplateHaskell, TemplateHaskellQuotes, QuasiQuotes, Arrows, UnicodeSyntax, CApiFFI]

-- The extensions that a file asks for.
asked :: String -> [Extension]
asked text = mapMaybe (`lookup` known) (go text)
  where
    known = [(flagSpecName f, flagSpecFlag f) | f <- xFlags]
    go s = case s of
      '{' : '-' : '#' : more | (pragma, after) <- breakOn "#-}" more ->
        (case words (map comma pragma) of
          w : exts | map lower w == "language" -> exts
          _ -> []) ++ go after
      _ : more -> go more
      [] -> []
    comma c = if c == ',' then ' ' else c
    lower c = if c >= 'A' && c <= 'Z' then toEnum (ord c + 32) else c
    breakOn end s
      | null s || end `isPrefixOf` s = ("", s)
      | otherwise = let (a, b) = breakOn end (tail s) in (head s : a, b)

-- A text of which the preprocessor leaves all branches of its conditions, or the
-- first of each, or the last.
allBranches, firstBranch, lastBranch :: String -> String
allBranches = unlines . map (\l -> maybe l (const "") (directive l)) . lines
firstBranch = branch (\_ -> (True, False))
lastBranch = branch (\hasElse -> (not hasElse, True))

-- Whether the branches before the last one and the last one are read, by whether
-- there is an #else at all.
branch :: (Bool -> (Bool, Bool)) -> String -> String
branch choose = unlines . go [] . lines
  where
    go open (l : ls) = case directive l of
      Just d
        | "if" `isPrefixOf` d -> let (first, other) = choose (hasElse 0 ls) in "" : go ((first, other) : open) ls
        | "else" `isPrefixOf` d -> "" : go (map (\(_, other) -> (other, other)) (take 1 open) ++ drop 1 open) ls
        | "el" `isPrefixOf` d -> "" : go (map (\(_, other) -> (False, other)) (take 1 open) ++ drop 1 open) ls
        | "endif" `isPrefixOf` d -> "" : go (drop 1 open) ls
        | otherwise -> "" : go open ls
      Nothing -> (if all fst open then l else "") : go open ls
    go _ [] = []
    hasElse :: Int -> [String] -> Bool
    hasElse depth (l : ls) = case directive l of
      Just d
        | "if" `isPrefixOf` d -> hasElse (depth + 1) ls
        | "else" `isPrefixOf` d && depth == 0 -> True
        | "endif" `isPrefixOf` d -> depth > 0 && hasElse (depth - 1) ls
      _ -> hasElse depth ls
    hasElse _ [] = False

directive :: String -> Maybe String
directive l = case l of
  '#' : d | not ("-}" `isPrefixOf` d) -> Just (dropWhile isSpace d)
  _ -> Nothing

-- Where all branches do not parse together, a function is what either reading
-- says, the longer one, and in each branch another equation.
parse :: DynFlags -> String -> String -> Either String [Function]
parse flags path text = case mapMaybe reading [allBranches | cpp] ++ readings of
  good : _ -> Right good
  [] -> Left "does not parse"
  where
    cpp = Cpp `elem` extensions || "\n#if" `isInfixOf` text
    readings
      | cpp = case mapMaybe reading [firstBranch, lastBranch] of
          [] -> []
          all' -> [branched (map (foldr1 longer) (groupBy same (sortOn key (concat all'))))]
      | otherwise = mapMaybe reading [id]
    branched (f : fs) = case break (\g -> name g == name f && apart f g) fs of
      (before, g : after) -> branched (f {end = max (end f) (end g)} : before ++ after)
      _ -> f : branched fs
    branched [] = []
    apart f g = start g > end f && all (\l -> null l || directive l /= Nothing) (take (start g - end f - 1) (drop (end f) (lines text)))
    key f = (start f, name f)
    same f g = key f == key g
    longer f g = if end f >= end g then f else g
    extensions = asked text
    reading branches = listToMaybe (mapMaybe (attempt (branches text)) [[], unusual])
    attempt t more = case unP parseModule (mkPState set (stringToStringBuffer t) (mkRealSrcLoc (mkFastString path) 1 1)) of
      POk _ m -> Just (listed "" (unLoc m))
      PFailed _ -> Nothing
      where set = foldl xopt_set flags (usual ++ extensions ++ more)

quoted :: String -> String
quoted s = '"' : concatMap escape s ++ "\""
  where
    escape c
      | c `elem` "\"\\" = ['\\', c]
      | c < ' ' = printf "\\u%04x" (ord c)
      | otherwise = [c]

main :: IO ()
main = do
  forM_ [stdin, stdout] (`hSetEncoding` utf8)
  libdir <- dropWhileEnd isSpace <$> readProcess "ghc" ["--print-libdir"] ""
  paths <- lines <$> getContents
  runGhc (Just libdir) $ do
    flags <- getSessionDynFlags
    forM_ paths $ \path -> liftIO $ do
      result <- try $ do
        file <- openFile path ReadMode
        hSetEncoding file utf8
        text <- hGetContents file
        either (pure . Left) (\fs -> Right <$> evaluate (seq (sum (map end fs)) fs)) (parse flags path text)
      putStr $ case result of
        Left (e :: SomeException) -> failed path (show e)
        Right (Left e) -> failed path e
        Right (Right fs) -> concatMap (line path) fs
  where
    failed path e = printf "{\"file\":%s,\"error\":%s}\n" (quoted path) (quoted e)
    line path (Function n c s e) =
      printf "{\"file\":%s,\"name\":%s,\"container\":%s,\"start\":%d,\"end\":%d}\n" (quoted path) (quoted n) (quoted c) s e
