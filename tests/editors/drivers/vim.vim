" Does in Vim with ALE what a user does, and writes to $RESULT what was seen. Steps are named in $STEPS.

let s:patience = 300.0
let s:seen = {}

function! s:Wait(what, Condition) abort
  let l:start = reltime()
  while !a:Condition()
    if reltimefloat(reltime(l:start)) > s:patience
      throw a:what . ' did not come'
    endif
    " Vim takes in what jobs send, and runs timers, while it waits.
    sleep 20m
  endwhile
endfunction

function! s:Text() abort
  return join(getline(1, '$'), "\n") . "\n"
endfunction

function! s:diagnostics() abort
  call s:Wait('four findings', {-> len(ale#engine#GetLoclist(bufnr())) == 4})
  let s:seen.diagnostics = mapnew(ale#engine#GetLoclist(bufnr()),
  \ {_, each -> [each.linter_name, each.code, each.type, each.lnum, each.col, each.text]})
endfunction

" The key of the page is pressed on the last line; the answer to the question is the first action.
function! s:action() abort
  let l:before = s:Text()
  function! ale#util#Input(message, value, ...) abort
    let s:seen.question = a:message
    return '1'
  endfunction
  call cursor(20, 9)
  call feedkeys('\a', 'x')
  call s:Wait('the quick fix', {-> s:Text() isnot# l:before})
  let s:seen.text = s:Text()
endfunction

function! s:save() abort
  let s:fixed = 0
  augroup Driver
    autocmd!
    autocmd User ALEFixPost let s:fixed = 1
  augroup END
  write
  call s:Wait('ALEFixPost', {-> s:fixed})
endfunction

try
  for s:step in split($STEPS, ',')
    call s:{s:step}()
  endfor
  call writefile([json_encode(s:seen)], $RESULT)
catch
  call writefile([v:throwpoint, v:exception], '/dev/stderr')
  cquit!
endtry
qall!
