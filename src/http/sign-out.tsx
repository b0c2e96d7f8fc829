import { type Request, type Response, Router } from 'express';
import { Layout } from './components/layout.js';
import { FrameContext } from './frame.js';
import { refusalOf } from './refusal-of.js';
import { sendPage } from './render.js';
import { sameOrigin } from './same-origin.js';
import type { SignIn } from './sign-in.js';

/** Stytch's cookies. Its script may have set them for a parent domain; those stay, but their session is over. */
const cookies = ['stytch_session_jwt', 'stytch_session'];

/**
 * `POST /sign-out` ends the session at Stytch, and `GET /signed-out` says so. It may run twice: who is not signed in is already
 * signed out.
 */
export function signOutRoutes(
  { signIn, endSession }: { signIn: SignIn; endSession: (sessionJwt: string) => Promise<void> },
  { publicUrl, home }: { publicUrl: string | undefined; home: string },
): Router {
  const router = Router();
  router.post('/sign-out', sameOrigin(publicUrl), async (request, response) => {
    const sessionJwt = await sessionOf(signIn, request);
    if (sessionJwt !== null) await endSession(sessionJwt);
    for (const name of cookies) response.clearCookie(name, { path: '/' });
    response.redirect(303, `${home}/signed-out`);
  });
  router.get('/signed-out', (_request: Request, response: Response) => sendPage(response, <SignedOutPage />));
  return router;
}

/** A sign-in limits how often a stranger makes us ask Stytch. The permission does not matter. */
async function sessionOf(signIn: SignIn, request: Request): Promise<string | null> {
  try {
    return (await signIn(request, { resource: 'stytch.scim', action: 'get' })).sessionJwt;
  } catch (error) {
    if (refusalOf(error).code === 'not_signed_in') return null;
    throw error;
  }
}

function SignedOutPage() {
  return (
    <Layout title="Signed out" place={[]} tabs={[]} person={null}>
      <section class="empty">
        <h1>You are signed out</h1>
        <p>Your session is over, here and in Scanner.</p>
        <FrameContext.Consumer>
          {({ signIn }) =>
            signIn !== null && (
              <p>
                <a href={signIn} class="button">
                  Sign in
                </a>
              </p>
            )
          }
        </FrameContext.Consumer>
      </section>
    </Layout>
  );
}
