import { join } from 'node:path';
import express, { type RequestHandler } from 'express';

/** Serves the style sheets and the script. Browsers revalidate them on each page, and download them when they changed. */
export function assets(): RequestHandler {
  return express.static(join(__dirname, 'assets'), { index: false, redirect: false, setHeaders });
}

function setHeaders(response: { setHeader(name: string, value: string): void }): void {
  response.setHeader('Cache-Control', 'no-cache');
}
