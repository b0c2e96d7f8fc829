/** A name, an e-mail or another text of unknown direction: a right-to-left one does not reorder the words around it. */
export function PersonName({ name, email, href }: { name: string; email: string; href?: string }) {
  const label = <bdi>{name || email}</bdi>;
  return (
    <div>
      {href === undefined ? label : <a href={href}>{label}</a>}
      {name !== '' && (
        <div class="quiet">
          <bdi>{email}</bdi>
        </div>
      )}
    </div>
  );
}
