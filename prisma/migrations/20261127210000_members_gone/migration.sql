-- When did a member that has no row lose access? Its row may belong to another member now, because the person came back as one.
CREATE INDEX IF NOT EXISTS "sync_events_deactivated_idx" ON "sync_events" ("stytch_member_id", "id")
  WHERE "changes" @> '[{"type":"user_deactivated"}]'::jsonb;
