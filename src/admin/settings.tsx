import { Router } from 'express';
import { Layout } from '../pages/layout.js';
import { sendPage } from '../pages/render.js';
import type { Part } from '../web/site.js';
import type { Admit } from './admit.js';

/** /settings/scim: the pages of a team's admin. */
export function settingsPart(admit: Admit): Part {
  const routes = Router();
  routes.get('/', async (request, response) => {
    const { team, person } = await admit(request, 'get');
    const frame = { title: 'SCIM', place: [team.name, 'Settings', 'SCIM'], tabs: [], person: person.email };
    sendPage(
      response,
      <Layout {...frame}>
        <h1>SCIM</h1>
      </Layout>,
    );
  });
  return { path: '/settings/scim', routes, face: { place: ['Settings', 'SCIM'], back: '/settings/scim' } };
}
