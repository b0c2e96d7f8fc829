import type { ComponentChildren } from 'preact';
import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';
import { partPath, type SetupStep, type StepId } from './steps.js';

/** A page of the guided set-up: the steps, and where the admin is. */
export function SetupFrame(props: {
  admin: Admin;
  title: string;
  steps: readonly SetupStep[];
  current: StepId;
  app?: unknown;
  children: ComponentChildren;
}) {
  const { admin, title, steps, current, app, children } = props;
  return (
    <SettingsFrame admin={admin} tab="connection" title={title}>
      <Stepper steps={steps} current={current} app={app} />
      {children}
    </SettingsFrame>
  );
}

/** Steps can be opened in any order once there is a connection, so that one can leave and come back. */
function Stepper({ steps, current, app }: { steps: readonly SetupStep[]; current: StepId; app: unknown }) {
  const isConnected = steps.some(({ id, done }) => id === 'provider' && done);
  return (
    <nav class="stepper" aria-label="Steps of the set-up">
      <ol>
        {steps.map(({ id, label, done }, i) => {
          const inside = (
            <>
              <span class="tick" aria-hidden="true">
                {done ? '✓' : i + 1}
              </span>
              <span class="label">{label}</span>
              <span class="sr">{done ? ', done' : ', open'}</span>
            </>
          );
          const isHere = id === current;
          return (
            <li key={id} class={`${done ? 'done' : ''}${isHere ? ' here' : ''}`}>
              {isConnected || isHere ? (
                <a href={hrefOf(id, isConnected, app)} aria-current={isHere ? 'step' : undefined}>
                  {inside}
                </a>
              ) : (
                <span>{inside}</span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

function hrefOf(id: StepId, isConnected: boolean, app: unknown): string {
  if (id !== 'provider') return partPath(id, app);
  return isConnected ? '/settings/scim/connection' : '/settings/scim/connection/new';
}
