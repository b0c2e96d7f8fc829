/** Why? Asked before every act, and kept in the audit log. */
export function ReasonField({ id = 'reason' }: { id?: string }) {
  return (
    <label for={id}>
      Reason
      <input
        id={id}
        name="reason"
        required
        maxLength={1000}
        placeholder="ticket 4711: Alice left and can still search"
      />
    </label>
  );
}
