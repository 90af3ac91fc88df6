package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.proto.Build;
import io.jenkins.plugins.signet.proto.Scm;
import java.util.List;

/**
 * The build that asks, as the agent is told. Null where something is not known.
 *
 * @param jobFullName folders and name of the job, joined by '/'
 * @param number of the build
 * @param url of the build
 * @param startedBy id of the account that started the build
 * @param causes what started it, one sentence each
 * @param node name of the build node that holds the workspace
 * @param scmUrl where the sources came from
 * @param scmBranch their branch
 * @param scmCommit their commit
 */
public record BuildIdentity(
        String jobFullName, long number, String url, String startedBy, List<String> causes, String node,
        String scmUrl, String scmBranch, String scmCommit) {
    /** A build of which only the job, the number and the URL are known. */
    public static BuildIdentity of(String jobFullName, long number, String url) {
        return new BuildIdentity(jobFullName, number, url, null, List.of(), null, null, null, null);
    }

    Build toMessage() {
        Build.Builder build = Build.newBuilder()
                .setJobFullName(jobFullName)
                .setNumber(number)
                .setUrl(orEmpty(url))
                .addAllCauses(causes)
                .setNode(orEmpty(node));
        if (startedBy != null) {
            build.setStartedBy(startedBy);
        }
        if (scmUrl != null) {
            build.setScm(Scm.newBuilder()
                    .setUrl(scmUrl)
                    .setBranch(orEmpty(scmBranch))
                    .setCommit(orEmpty(scmCommit)));
        }
        return build.build();
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }
}
