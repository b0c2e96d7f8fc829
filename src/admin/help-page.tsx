import { type RequestHandler, Router } from 'express';
import { useContext } from 'preact/hooks';
import { Card } from '../http/components/card.js';
import { Layout } from '../http/components/layout.js';
import { FrameContext } from '../http/frame.js';
import { sendPage } from '../http/render.js';

/** `/settings/scim/help`. It holds nobody's data and needs no sign-in, because people also need help to get in. */
export function helpRoutes(): RequestHandler {
  const router = Router();
  router.get('/help', (_request, response) => sendPage(response, <HelpPage />));
  return router;
}

function HelpPage() {
  return (
    <Layout
      title="Help"
      place={['Settings', { label: 'SCIM', href: '/settings/scim' }, 'Help']}
      tabs={[]}
      person={null}
    >
      <h1>Help with SCIM</h1>
      <p class="lead">
        Scanner keeps the people and roles of your team equal to your identity provider. A change there takes effect
        here within five minutes.
      </p>
      <Card title="What to look at first">
        <dl class="answers">
          {answers.map(({ question, href, page, answer }) => (
            <div key={question}>
              <dt>{question}</dt>
              <dd>
                <a href={href}>{page}</a>: {answer}
              </dd>
            </div>
          ))}
        </dl>
      </Card>
      <Card title="Contact Scanner support">
        <ContactText />
        <ul>
          <li>the name of your team, and the e-mail address of the person concerned;</li>
          <li>what you expected, and what you see instead;</li>
          <li>the record number, from “Details” of the row in Activity.</li>
        </ul>
        <p>Never send a bearer token. Support does not need it.</p>
      </Card>
    </Layout>
  );
}

function ContactText() {
  const { support } = useContext(FrameContext);
  if (support === null) return <p>Write to your contact at Scanner, with:</p>;
  return (
    <p>
      Write to <a href={support}>{support.replace(/^(mailto:|https?:\/\/)/, '')}</a>, with:
    </p>
  );
}

const answers = [
  {
    question: 'Nothing arrives from my identity provider',
    href: '/settings/scim',
    page: 'Overview',
    answer: 'it shows the last event, and what to do next. An expired token is a common cause.',
  },
  {
    question: 'A person has too little or too much access',
    href: '/settings/scim/people',
    page: 'People',
    answer: 'the page of each person says which roles they have, and why.',
  },
  {
    question: 'A group or a role has no effect',
    href: '/settings/scim/roles',
    page: 'Roles',
    answer: 'the role in Scanner must have exactly the name that your identity provider sends. Near misses are marked.',
  },
  {
    question: 'The token is lost, or has leaked',
    href: '/settings/scim/connection',
    page: 'Connection',
    answer: 'rotate the token. The old one works until you are done.',
  },
  {
    question: 'Who changed something, and when',
    href: '/settings/scim/activity',
    page: 'Activity',
    answer: 'it has all changes of people and roles, and what admins did here.',
  },
] as const;
