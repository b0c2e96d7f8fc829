import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Security headers: only our own styles, scripts and forms, no framing, no caching. */
export function securityHeaders(): RequestHandler[] {
  const own = ["'self'"];
  const policy = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: own,
        scriptSrc: own,
        fontSrc: own,
        connectSrc: own,
        imgSrc: [...own, 'data:'], // the style sheet holds the marks of check boxes and selects
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
      response.setHeader('Cache-Control', 'no-store'); // answers hold personal data, some hold a token
      next();
    },
  ];
}
