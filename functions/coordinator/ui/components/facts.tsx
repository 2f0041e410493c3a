/** The facts of an improvement beside its text. */
import type { ComponentChildren } from "preact";
import type { Extraction, Improvement, OpenedRequest } from "../../../../shared/domain/improvement.ts";
import { inWords } from "../logic/words.ts";
import { OutsideLink } from "./link.tsx";
import { Moment } from "./moment.tsx";

export function Facts({ improvement }: { improvement: Improvement }) {
  const { id, category, type, expert, relevance, relevance_basis: basis, source_title: source } = improvement;
  const { extraction } = improvement;
  return (
    <section>
      <h2>Facts</h2>
      <dl class="facts">
        <Fact name="Category">{inWords(category)}</Fact>
        <Fact name="Type">{type}</Fact>
        <Fact name="Expert">{expert}</Fact>
        <Fact name="Relevance">
          <span title={basis?.formula}>{relevance.toFixed(2)}</span>
        </Fact>
        <Fact name="Source">
          <OutsideLink href={improvement.source_url}>{source}</OutsideLink>
        </Fact>
        <Fact name="Found by">{extraction !== undefined && <FoundBy {...extraction} />}</Fact>
        <Fact name="Created">
          <Moment at={improvement.created_at} />
        </Fact>
        <Fact name="Id">
          <code>{id}</code>
        </Fact>
      </dl>
    </section>
  );
}

/** Rules, a model, or both; how sure they were that the source recommends it. */
function FoundBy({ by, confidence }: Extraction) {
  return (
    <>
      {by === "rule-based" ? <span class="tag">rule-based</span> : by}
      <span class="evidence">{Math.round(confidence * 100)} % sure that the source recommends it</span>
    </>
  );
}

/** Who approved it, what was committed, what was taken back. Nothing before the first of them. */
export function Delivery({ improvement }: { improvement: Improvement }) {
  const { approval, approval_rule: rule, git_commit: commit, landed, rollback_commit: revert, lock } = improvement;
  const { argocd_sync_revision: revision, request, rollback_request: revertRequest } = improvement;
  if ([approval, commit, lock, request].every((fact) => fact === undefined)) return null;
  return (
    <section>
      <h2>Delivery</h2>
      <dl class="facts">
        <Fact name="Decided by">{rule}</Fact>
        {approval !== undefined && (
          <Fact name="Approved">
            {approval.actor} <Moment at={approval.approvedAt} />
            <span class="evidence">{approval.reason}</span>
          </Fact>
        )}
        <Fact name="Pull request">{request !== undefined && <Request {...request} />}</Fact>
        <Fact name="Commit">{commit !== undefined && <code>{commit}</code>}</Fact>
        {landed !== undefined && landed.kind !== "commit" && (
          <Fact name="Landed">
            {landed.kind} <code>{landed.last}</code>
            {improvement.landed_edited === "true" && <span class="evidence">changed before it was merged</span>}
          </Fact>
        )}
        <Fact name="Live revision">{revision !== undefined && <code>{revision}</code>}</Fact>
        <Fact name="Pull request back">{revertRequest !== undefined && <Request {...revertRequest} />}</Fact>
        <Fact name="Rollback commit">{revert !== undefined && <code>{revert}</code>}</Fact>
        <Fact name="Locks">{lock}</Fact>
      </dl>
    </section>
  );
}

function Request({ number, url }: OpenedRequest) {
  return <OutsideLink href={url}>{`#${number}`}</OutsideLink>;
}

/** Left out when there is nothing to say. */
function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  if (children === undefined || children === false || children === "") return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
