"""Work that takes long enough for its user to wonder: shown while it lasts, and given up when the user says so."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final, TypeVar

from lsprotocol import types

if TYPE_CHECKING:
    from prodready.lsp.language_server import ProdreadyServer

logger = logging.getLogger(__name__)

LONG: Final = 0.5
"""Seconds after which work is shown: what is done earlier would only flicker."""

_T = TypeVar("_T")


class LongWork:
    """Shows what goes on in the client's window, where it has a place for that."""

    def __init__(self, server: ProdreadyServer) -> None:
        self._server = server
        self._shown: dict[types.ProgressToken, asyncio.Task[Any]] = {}

    async def over(self, work: Coroutine[Any, Any, _T], title: str, *, can_be_cancelled: bool = False) -> _T:
        """Return what `work` returns; when it takes long, show `title` until it is done.

        Raises:
            asyncio.CancelledError: when this is cancelled, or the user gave the work up; so is the work.
        """
        task = asyncio.ensure_future(work)
        if self._server.client.shows_progress:
            self._server.tasks.start(self._show(task, title, can_be_cancelled))
        try:
            return await task
        finally:
            task.cancel()

    def cancel(self, token: types.ProgressToken) -> None:
        """Give up the work that is shown as `token`."""
        task = self._shown.get(token)
        if task is not None:
            task.cancel()

    async def _show(self, task: asyncio.Task[Any], title: str, can_be_cancelled: bool) -> None:
        await asyncio.wait([task], timeout=LONG)
        if task.done():
            return
        token = f"prodready/{uuid.uuid4()}"
        if not await self._has_place(token, task):
            return
        self._shown[token] = task
        self._tell(token, types.WorkDoneProgressBegin(title, cancellable=can_be_cancelled))
        await asyncio.wait([task])
        del self._shown[token]
        self._tell(token, types.WorkDoneProgressEnd())

    async def _has_place(self, token: types.ProgressToken, task: asyncio.Task[Any]) -> bool:
        """Ask the client for a place to show work in; one that does not answer before it is done needs none."""
        params = types.WorkDoneProgressCreateParams(token)
        asked = asyncio.ensure_future(self._server.window_work_done_progress_create_async(params))
        await asyncio.wait([asked, task], return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            asked.cancel()
            return False
        if (error := asked.exception()) is not None:
            logger.info("the client shows no progress: %s", error)
        return error is None

    def _tell(self, token: types.ProgressToken, value: types.WorkDoneProgressBegin | types.WorkDoneProgressEnd) -> None:
        self._server.progress(types.ProgressParams(token, value))
