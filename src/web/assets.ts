import { dirname, join } from 'node:path';
import express, { type RequestHandler, Router } from 'express';

/** Style sheets and the script of the pages, under /assets. Asked about anew with each page, sent when they changed. */
export function assets(): RequestHandler {
  const router = Router();
  const options = { index: false, redirect: false, setHeaders };
  router.use(express.static(join(__dirname, '../pages/assets'), options));
  router.use(express.static(dirname(require.resolve('@picocss/pico/css/pico.min.css')), options));
  return router;
}

function setHeaders(response: { setHeader(name: string, value: string): void }): void {
  response.setHeader('Cache-Control', 'no-cache');
}
