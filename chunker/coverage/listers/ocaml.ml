(* Lists OCaml's functions by the compiler's own parser (see ../README.md). *)

open Parsetree

let quoted s =
  let b = Buffer.create (String.length s + 2) in
  Buffer.add_char b '"';
  String.iter
    (function
      | ('"' | '\\') as c ->
          Buffer.add_char b '\\';
          Buffer.add_char b c
      | c when c < ' ' -> Printf.bprintf b "\\u%04x" (Char.code c)
      | c -> Buffer.add_char b c)
    s;
  Buffer.add_char b '"';
  Buffer.contents b

let read path =
  let file = open_in_bin path in
  Fun.protect
    ~finally:(fun () -> close_in file)
    (fun () -> really_input_string file (in_channel_length file))

(* What a value is, is told by its expression, behind a type of its own. *)
let rec is_function e =
  match e.pexp_desc with
  | Pexp_fun _ | Pexp_function _ -> true
  | Pexp_newtype (_, e) | Pexp_constraint (e, _) | Pexp_poly (e, _) -> is_function e
  | _ -> false

let rec variable p =
  match p.ppat_desc with
  | Ppat_var name -> Some name
  | Ppat_constraint (p, _) -> variable p
  | _ -> None

let list path =
  let text = read path in
  let slice (loc : Location.t) =
    String.sub text loc.loc_start.pos_cnum (loc.loc_end.pos_cnum - loc.loc_start.pos_cnum)
  in
  (* A line directive changes what a location says of lines, but no offset. *)
  let starts = ref [ 0 ] in
  String.iteri (fun i c -> if c = '\n' then starts := (i + 1) :: !starts) text;
  let starts = Array.of_list (List.rev !starts) in
  let line offset =
    let rec search low high =
      if high - low <= 1 then low + 1
      else
        let middle = (low + high) / 2 in
        if starts.(middle) <= offset then search middle high else search low middle
    in
    search 0 (Array.length starts)
  in
  let container = ref "" in
  let out = Buffer.create 4096 in
  let within name f =
    let outer = !container in
    container := name;
    f ();
    container := outer
  in
  let add name (loc : Location.t) =
    Printf.bprintf out "{\"file\":%s,\"name\":%s,\"container\":%s,\"start\":%d,\"end\":%d}\n" (quoted path)
      (quoted name) (quoted !container)
      (line loc.loc_start.pos_cnum)
      (line (loc.loc_end.pos_cnum - 1))
  in
  let default = Ast_iterator.default_iterator in
  let value_binding (self : Ast_iterator.iterator) b =
    match variable b.pvb_pat with
    | Some name when is_function b.pvb_expr ->
        let name = slice name.loc in
        add name b.pvb_loc;
        within name (fun () -> default.value_binding self b)
    | _ -> default.value_binding self b
  in
  let class_field (self : Ast_iterator.iterator) f =
    match f.pcf_desc with
    | Pcf_method (name, _, Cfk_concrete _) ->
        add name.txt f.pcf_loc;
        within name.txt (fun () -> default.class_field self f)
    | _ -> default.class_field self f
  in
  let module_binding (self : Ast_iterator.iterator) m =
    within (Option.value m.pmb_name.txt ~default:!container) (fun () -> default.module_binding self m)
  in
  let expr (self : Ast_iterator.iterator) e =
    match e.pexp_desc with
    | Pexp_letmodule ({ txt = Some name; _ }, bound, body) ->
        within name (fun () -> self.module_expr self bound);
        self.expr self body
    | _ -> default.expr self e
  in
  let class_declaration (self : Ast_iterator.iterator) c =
    within c.pci_name.txt (fun () -> default.class_declaration self c)
  in
  let iterator =
    { default with value_binding; class_field; module_binding; expr; class_declaration }
  in
  let lexbuf = Lexing.from_string text in
  iterator.structure iterator (Parse.implementation lexbuf);
  Buffer.output_buffer stdout out

let () =
  ignore (Warnings.parse_options false "-a");
  try
    while true do
      let path = input_line stdin in
      try list path
      with e ->
        Printf.printf "{\"file\":%s,\"error\":%s}\n" (quoted path) (quoted (Printexc.to_string e))
    done
  with End_of_file -> ()
