import { Layout } from '../../http/components/layout.js';
import { schemaText } from './schema-text.js';

type Json = Record<string, unknown>;
type Described = {
  summary: string;
  description: string;
  parameters: { name: string; in: string; required: boolean; schema: Json }[];
  requestBody?: { content: Record<string, { schema: Json }> };
  responses: Record<string, { description: string; content: Record<string, { schema: Json }> }>;
};

/** The OpenAPI document for people. It shows what the document says and knows nothing else. */
export function DocumentPage({ document }: { document: Json }) {
  const { title, version, description } = document.info as Record<string, string>;
  const paths = Object.entries(document.paths as Record<string, Record<string, Described>>);
  return (
    <Layout title="API" place={['API']} tabs={[]} person={null} footer={`${title} ${version}`}>
      <h1>API</h1>
      <p>{description}</p>
      <p>
        The same for programs: <a href="/api/openapi.json">OpenAPI 3.1</a>. Errors are{' '}
        <code>{'{"error":{"code","message"}}'}</code>.
      </p>
      {paths.map(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => (
          <Operation key={`${method} ${path}`} method={method} path={path} operation={operation} />
        )),
      )}
    </Layout>
  );
}

function Operation({ method, path, operation }: { method: string; path: string; operation: Described }) {
  const { summary, description, parameters, requestBody, responses } = operation;
  const answers = Object.entries(responses);
  const good = answers.filter(([status]) => Number(status) < 400);
  const errors = answers.filter(([status]) => Number(status) >= 400);
  const body = requestBody && Object.values(requestBody.content)[0]?.schema;
  return (
    <article class="card operation" id={`${method}${path.replaceAll(/\W+/g, '-')}`}>
      <h2>
        <span class="method">{method.toUpperCase()}</span> <code>{path}</code>
      </h2>
      <p>{summary}</p>
      <p class="quiet">{description.replaceAll('`', '')}</p>
      {parameters.length > 0 && (
        <>
          <h3>Parameters</h3>
          <ul>
            {parameters.map(({ name, in: place, schema }) => (
              <li key={name}>
                <code>{name}</code> ({place}): <code>{schemaText(schema)}</code>
              </li>
            ))}
          </ul>
        </>
      )}
      {body && <Shape title="Body" of={body} />}
      {good.map(([status, { content }]) => (
        <Answer key={status} status={status} content={content} />
      ))}
      <details>
        <summary>Errors</summary>
        <ul>
          {errors.flatMap(([status, { description }]) =>
            description.split('\n\n').map((text) => (
              <li key={text}>
                {status} {text.replaceAll('`', '')}
              </li>
            )),
          )}
        </ul>
      </details>
    </article>
  );
}

function Answer({ status, content }: { status: string; content: Described['responses'][string]['content'] }) {
  const [type, { schema }] = Object.entries(content)[0] ?? ['', { schema: {} }];
  if (type !== 'application/json') return <h3>{`Answer ${status}: ${type}`}</h3>;
  return <Shape title={`Answer ${status}`} of={schema} />;
}

function Shape({ title, of }: { title: string; of: Json }) {
  return (
    <details>
      <summary>{title}</summary>
      <pre>{schemaText(of)}</pre>
    </details>
  );
}
