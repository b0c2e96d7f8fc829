/** The body of a webhook: who did what to which object, as JSON. */
import type { DirectoryEvent } from '../directory/events.js';
import { newId } from '../ids.js';
import type { Switches } from '../switches.js';
import type { Project } from '../world.js';

export interface Envelope {
  /** Not in the body: rebuilt from three fields. */
  readonly eventType: string;
  readonly body: object;
}

export function createEnvelopes(
  project: Project,
  switches: Switches,
  timestamp: () => string,
): (event: DirectoryEvent) => Envelope {
  const workspace_id = newId('workspace', project.environment);
  return (event) => {
    const { source, object_type, action, id, organization_id, object, extra } = event;
    return {
      eventType: `${source}.${object_type}.${action}`.toLowerCase(),
      body: {
        action,
        event_id: newId('webhook-event', project.environment),
        id,
        ...(object === undefined ? {} : { [object_type]: object }),
        ...extra,
        object_type,
        project_id: project.projectId,
        source,
        timestamp: timestamp(),
        ...(switches.vertical ? { vertical: 'B2B' } : {}),
        ...(switches.details ? { details: { organization_id }, workspace_id } : {}),
      },
    };
  };
}
