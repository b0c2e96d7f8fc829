import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Security headers: nothing but our own styles, scripts and forms; in nobody's frame; kept in no cache. */
export function securityHeaders(): RequestHandler[] {
  const own = ["'self'"];
  const policy = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: own,
        scriptSrc: own,
        connectSrc: own,
        imgSrc: [...own, 'data:'], // the marks in check boxes and selects are in the style sheet
        formAction: own,
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
  return [
    policy,
    (_request, response, next) => {
      response.setHeader('Cache-Control', 'no-store'); // some answers hold a token, all hold people
      next();
    },
  ];
}
