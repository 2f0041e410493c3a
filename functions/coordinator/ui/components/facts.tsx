/** The facts of an improvement beside its text. */
import type { ComponentChildren } from "preact";
import type { Extraction, Improvement, OpenedRequest } from "../../../../shared/domain/improvement.ts";
import { commitAddress, commitPage } from "../logic/links.ts";
import { wasTakenBack } from "../logic/parts.ts";
import { inWords } from "../logic/words.ts";
import { useSchool } from "../state/school.ts";
import { CopyButton } from "./copy-button.tsx";
import { OutsideLink } from "./link.tsx";
import { Moment } from "./moment.tsx";
import { PartSection } from "./part.tsx";
import { Verified } from "./verification.tsx";

export function Facts({ improvement }: { improvement: Improvement }) {
  const { id, category, type, expert, relevance, relevance_basis: basis, source_title: source } = improvement;
  const { extraction } = improvement;
  return (
    <PartSection name="facts" title="Facts">
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
          <code>{id}</code> <CopyButton text={id} what="the id" />
        </Fact>
      </dl>
    </PartSection>
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

/** Who approved it, what was committed, what is live. Nothing before the first of them. */
export function Delivery({ improvement }: { improvement: Improvement }) {
  const { approval, approval_rule: rule, git_commit: commit, landed, lock } = improvement;
  const { argocd_sync_revision: revision, request } = improvement;
  if ([approval, commit, lock, request].every((fact) => fact === undefined)) return null;
  return (
    <PartSection name="delivery" title="Delivery">
      <dl class="facts">
        <Fact name="Decided by">{rule}</Fact>
        {approval !== undefined && (
          <Fact name="Approved">
            {approval.actor} <Moment at={approval.approvedAt} />
            <span class="evidence">{approval.reason}</span>
          </Fact>
        )}
        <Fact name="Pull request">{request !== undefined && <Request {...request} />}</Fact>
        <Fact name="Commit">{commit !== undefined && <Commit of={commit} request={request} />}</Fact>
        {landed !== undefined && landed.kind !== "commit" && (
          <Fact name="Landed">
            {landed.kind} <Commit of={landed.last} request={request} />
            {improvement.landed_edited === "true" && <span class="evidence">changed before it was merged</span>}
          </Fact>
        )}
        <Fact name="Live revision">
          {revision !== undefined && (
            <>
              <Commit of={revision} request={request} />
              <Since name="synced" at={improvement.deployed_at} />
            </>
          )}
        </Fact>
        <Fact name="Locks">{lock}</Fact>
      </dl>
    </PartSection>
  );
}

/** What was taken back, why, and what shows that the cluster is as it was. */
export function TakenBack({ improvement }: { improvement: Improvement }) {
  if (!wasTakenBack(improvement)) return null;
  const { rollback_requested: asked, rollback_commit: commit, rollback_request: request } = improvement;
  return (
    <PartSection name="rollback" title="Rollback">
      <dl class="facts">
        <Fact name="Asked for">{asked}</Fact>
        <Fact name="Because">{improvement.failure_reason}</Fact>
        <Fact name="Circuit breaker">{improvement.breaker_opened}</Fact>
        <Fact name="Began">
          <Since at={improvement.rollback_started_at} />
        </Fact>
        <Fact name="Pull request">{request !== undefined && <Request {...request} />}</Fact>
        <Fact name="Rollback commit">
          {commit !== undefined && <Commit of={commit} request={request ?? improvement.request} />}
        </Fact>
        <Fact name="Live again">
          <Since at={improvement.rollback_live_at} />
        </Fact>
      </dl>
      <Verified title="After the rollback" improvement={improvement} verification={improvement.rollback_verification} />
    </PartSection>
  );
}

/** A link where its forge is known, from a pull request or from the repository's address. */
function Commit({ of: commit, request }: { of: string; request: OpenedRequest | undefined }) {
  const { person } = useSchool();
  return (
    <OutsideLink href={commitAddress(request?.url, commit) ?? commitPage(person.commit_pages, commit)}>
      <code>{commit}</code>
    </OutsideLink>
  );
}

function Since({ name, at }: { name?: string; at: string | undefined }) {
  if (at === undefined) return null;
  return (
    <span class="evidence">
      {name} <Moment at={at} />
    </span>
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
