import { join } from 'node:path';
import express, { type RequestHandler } from 'express';

/** Style sheets and the script of the pages, under /assets. Asked about anew with each page, sent when they changed. */
export function assets(): RequestHandler {
  return express.static(join(__dirname, 'assets'), { index: false, redirect: false, setHeaders });
}

function setHeaders(response: { setHeader(name: string, value: string): void }): void {
  response.setHeader('Cache-Control', 'no-cache');
}
