package io.jenkins.plugins.signet;

import hudson.FilePath;
import hudson.model.Cause;
import hudson.model.Computer;
import hudson.model.Run;
import io.jenkins.plugins.signet.signing.BuildIdentity;
import io.jenkins.plugins.signet.signing.BuildIdentity.SourceRevision;
import io.jenkins.plugins.signet.signing.JobDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import jenkins.model.Jenkins;

/**
 * Reads who a build is from Jenkins alone. No parameter or variable of the build has a say: what the agent is told about
 * the job is what grants are decided on.
 */
final class BuildIdentities {
    private BuildIdentities() {}

    static BuildIdentity of(Run<?, ?> run, FilePath workspace) throws IOException {
        List<Cause> causes = run.getCauses();
        Computer node = workspace == null ? null : workspace.toComputer();
        BuildFacts.Facts facts = BuildFacts.of(run);
        return new BuildIdentity(
                run.getParent().getFullName(),
                run.getNumber(),
                url(run),
                startedBy(causes),
                causes.stream().map(Cause::getShortDescription).toList(),
                node == null ? null : nodeName(node),
                facts.source(),
                definition(run, facts));
    }

    /** Of the job as it lies on the controller's disk, and of the script that runs. */
    private static byte[] definition(Run<?, ?> run, BuildFacts.Facts facts) throws IOException {
        byte[] configXml = Files.readAllBytes(run.getParent().getConfigFile().getFile().toPath());
        SourceRevision source = facts.source();
        boolean fromSource = facts.scriptPath() != null;
        return new JobDefinition(
                configXml, facts.script(), fromSource && source != null ? source.url() : null, facts.scriptPath(),
                facts.replayed()).sha256();
    }

    /** Empty where the controller does not know its own address. */
    private static String url(Run<?, ?> run) {
        String root = Jenkins.get().getRootUrl();
        return root == null ? "" : root + run.getUrl();
    }

    private static String nodeName(Computer node) {
        // The controller's own node has the empty name.
        return node.getName().isEmpty() ? "built-in" : node.getName();
    }

    private static String startedBy(List<Cause> causes) {
        for (Cause cause : causes) {
            if (cause instanceof Cause.UserIdCause user) {
                return user.getUserId();
            }
        }
        return null;
    }
}
