/** Where the queue is. One word for logs. */
export function queueKind(redisUrl: string | undefined): 'redis' | 'redis-cluster' | 'postgres' {
  if (redisUrl === undefined) return 'postgres';
  return nodesOf(redisUrl).isCluster ? 'redis-cluster' : 'redis';
}

/** The nodes in REDIS_URL. All use the user and the password of the first one. */
export function nodesOf(urls: string): { nodes: URL[]; isCluster: boolean } {
  const named = urls.split(',').map((url) => new URL(url.trim()));
  const [{ username, password, searchParams }] = named as [URL];
  const isCluster = named.length > 1 || searchParams.get('cluster') === 'true';
  for (const node of named) Object.assign(node, { username, password });
  for (const node of named) node.searchParams.delete('cluster'); // our own parameter, not ioredis'
  return { nodes: named, isCluster };
}
