;;; emacs.el --- Runs inside of Emacs, started by emacs.test.mjs  -*- lexical-binding: t -*-
;; The environment says which client is tried, and what must be there.
(require 'cl-lib)
(require 'json)
(require 'python)

(defvar e2e-want (json-parse-string (getenv "GLOSS_E2E_WANT") :object-type 'alist :array-type 'list))
(defvar e2e-patience (/ (alist-get 'patience e2e-want) 1000))

(defun e2e-until (what check)
  "Wait until the function CHECK returns something; fail with WHAT."
  (let ((found nil))
    (with-timeout (e2e-patience (princ (format "FAIL waited in vain for %s\n" what)) (kill-emacs 1))
      (while (not (setq found (funcall check)))
        (accept-process-output nil 0.05)
        (sit-for 0)))
    (princ (format "ok   %s\n" what))
    found))

(defun e2e-to (function)
  "Put point into the name of FUNCTION."
  (goto-char (point-min))
  (search-forward (format "def %s(" function))
  (backward-char 2))

;; The unpacked Emacs finds no compiler, and needs none.
(setq native-comp-enable-subr-trampolines nil
      native-comp-jit-compilation nil
      python-indent-guess-indent-offset nil
      user-emacs-directory (expand-file-name "~/.emacs.d/"))

(defun e2e-eglot ()
  "Hover and inlay hints by eglot."
  (require 'eglot)
  (load (getenv "GLOSS_E2E_CONFIG"))
  (setq eglot-sync-connect t eglot-connect-timeout e2e-patience)
  (find-file (getenv "GLOSS_E2E_FILE"))
  (python-mode)
  (apply #'eglot--connect (eglot--guess-contact))
  (e2e-until "eglot" #'eglot-managed-p)
  (eglot-inlay-hints-mode 1)
  (e2e-until "an inlay hint for every function"
             (lambda ()
               (eglot--update-hints-1 (point-min) (point-max))
               (let ((hints (mapconcat (lambda (o) (concat (overlay-get o 'before-string) (overlay-get o 'after-string)))
                                       (overlays-in (point-min) (point-max)) "\n")))
                 (cl-every (lambda (f) (string-search (alist-get 'text f) hints)) (alist-get 'before e2e-want)))))
  (let ((f (nth 4 (alist-get 'before e2e-want))) (got nil))
    (e2e-to (alist-get 'name f))
    (eglot-hover-eldoc-function (lambda (s &rest _) (setq got s)))
    (e2e-until "hover" (lambda () (and got (string-search (alist-get 'text f) got)))))
  (eglot-shutdown (eglot-current-server)))

(defun e2e-lenses ()
  "The text of every code lens that lsp-mode draws."
  (cl-loop for o in (overlays-in (point-min) (point-max))
           when (overlay-get o 'lsp-lens)
           concat (concat (overlay-get o 'before-string) (overlay-get o 'after-string) "\n")))

(defun e2e-lsp-mode ()
  "Code lenses and hover by lsp-mode."
  (require 'lsp-mode)
  (require 'lsp-lens)
  (setq lsp-session-file (expand-file-name "~/lsp-session") lsp-enable-suggest-server-download nil
        lsp-auto-guess-root t lsp-warn-no-matched-clients nil lsp-enable-file-watchers nil
        lsp-headerline-breadcrumb-enable nil lsp-modeline-code-actions-enable nil lsp-client-packages nil
        lsp-keep-workspace-alive nil)
  (load (getenv "GLOSS_E2E_CONFIG"))
  (lsp-workspace-folders-add (file-name-directory (getenv "GLOSS_E2E_FILE")))
  (find-file (getenv "GLOSS_E2E_FILE"))
  (python-mode)
  (switch-to-buffer (current-buffer))
  (lsp)
  (e2e-until "lsp-mode" (lambda () (and (lsp-workspaces) (lsp--capability :codeLensProvider))))
  (lsp-lens-mode 1)
  (e2e-until "a lens for every function"
             (lambda ()
               (lsp-lens-refresh t)
               (sit-for 0.2)
               (let ((lenses (e2e-lenses)))
                 (cl-every (lambda (f) (string-search (alist-get 'text f) lenses)) (alist-get 'before e2e-want)))))
  (let ((f (nth 4 (alist-get 'before e2e-want))))
    (e2e-to (alist-get 'name f))
    (let ((contents (gethash "contents" (lsp-request "textDocument/hover" (lsp--text-document-position-params)))))
      (unless (string-search (alist-get 'text f) (lsp--render-on-hover-content contents t))
        (princ "FAIL hover\n")
        (kill-emacs 1))
      (princ "ok   hover\n")))
  (lsp-workspace-shutdown (car (lsp-workspaces))))

(funcall (intern (concat "e2e-" (getenv "GLOSS_E2E_CLIENT"))))
(kill-emacs 0)
