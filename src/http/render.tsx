import type { Response } from 'express';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { FrameContext, frameOf } from './frame.js';

/** Answers with a page. */
export function sendPage(response: Response, page: VNode, status = 200): void {
  const framed = <FrameContext.Provider value={frameOf(response)}>{page}</FrameContext.Provider>;
  response
    .status(status)
    .type('html')
    .send(`<!doctype html>${renderToString(framed)}`);
}
