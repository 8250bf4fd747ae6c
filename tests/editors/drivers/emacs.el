;; Does in Emacs what a user does, and writes to $RESULT what was seen. Steps are named in $STEPS.  -*- lexical-binding: t -*-

(require 'cl-lib)
(require 'json)

(defconst patience 300)

(defvar seen nil)

(defvar lsp-auto-guess-root)

(defun wait (what condition)
  "Take in what processes send until CONDITION holds; it is an error if that takes too long."
  (let ((end (+ (float-time) patience)))
    (while (not (funcall condition))
      (when (> (float-time) end)
        (error "%s did not come" what))
      (accept-process-output nil 0.1))))

(defun text ()
  (buffer-substring-no-properties (point-min) (point-max)))

;; There is no command loop in batch mode, so its hooks are called here, where eglot waits to connect.
(defun step-open ()
  (find-file "orders.py")
  (run-hooks 'post-command-hook))

(defun step-diagnostics ()
  (wait "eglot" #'eglot-managed-p)
  (flymake-start)
  (wait "four findings" (lambda () (= 4 (length (flymake-diagnostics)))))
  (push (cons 'diagnostics
              (mapcar (lambda (each)
                        (vector (line-number-at-pos (flymake-diagnostic-beg each))
                                (buffer-substring-no-properties (flymake-diagnostic-beg each)
                                                                (flymake-diagnostic-end each))
                                (flymake-diagnostic-text each)))
                      (sort (flymake-diagnostics) (lambda (a b) (< (flymake-diagnostic-beg a)
                                                                   (flymake-diagnostic-beg b))))))
        seen))

;; The page's way to the quick fixes is taken at some text; the answer to the question is a title.
(defun act (place command)
  (let ((before (text)))
    (goto-char (point-min))
    (search-forward place)
    (cl-letf (((symbol-function 'completing-read)
               (lambda (_prompt choices &rest _)
                 (push (cons 'titles (mapcar #'car choices)) seen)
                 (getenv "TITLE"))))
      (let ((last-nonmenu-event t))
        (call-interactively command)))
    (wait "the quick fix" (lambda () (not (equal before (text)))))
    (push (cons 'text (text)) seen)))

(defun step-action ()
  (act "print(" (key-binding (kbd "C-c a"))))

(defun step-lsp-action ()
  (act "logger.error(" #'lsp-execute-code-action))

;; lsp-mode waits for a window that shows the buffer, and for an idle moment: batch mode has neither. And it asks for the
;; project's directory, unless it may guess.
(defun step-lsp ()
  (find-file "orders.py")
  (let ((lsp-auto-guess-root t))
    (lsp))
  (let ((found (lambda () (gethash (buffer-file-name) (lsp-diagnostics)))))
    (wait "four findings" (lambda () (= 4 (length (funcall found)))))
    (push (cons 'diagnostics
                (mapcar (lambda (each) (vector (lsp:diagnostic-code? each) (lsp:diagnostic-message each)))
                        (funcall found)))
          seen)))

(defun step-save ()
  (set-buffer-modified-p t)
  (save-buffer))

(defun step-log ()
  (call-interactively #'eglot-stderr-buffer)
  (wait (getenv "SAID") (lambda ()
                          (with-current-buffer (jsonrpc-stderr-buffer (eglot-current-server))
                            (string-match-p (regexp-quote (getenv "SAID")) (text))))))

(dolist (step (split-string (getenv "STEPS") ","))
  (funcall (intern (concat "step-" step))))

(let ((coding-system-for-write 'utf-8))
  (write-region (json-encode (append seen '((done . t)))) nil (getenv "RESULT")))
(kill-emacs)
