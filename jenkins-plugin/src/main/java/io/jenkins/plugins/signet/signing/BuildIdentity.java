package io.jenkins.plugins.signet.signing;

import com.google.protobuf.ByteString;
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
 * @param scm where the sources came from
 * @param definitionSha256 SHA-256 of the job's definition, as {@link JobDefinition} forms it; not copied
 */
public record BuildIdentity(
        String jobFullName, long number, String url, String startedBy, List<String> causes, String node,
        SourceRevision scm, byte[] definitionSha256) {
    /**
     * What was checked out.
     *
     * @param url of the repository
     * @param branch without {@code refs/heads/}; null where it is not known
     * @param commit its full hash; null where it is not known
     */
    public record SourceRevision(String url, String branch, String commit) {
        /**
         * A branch as grants name it.
         *
         * @param name as Git knows it here: {@code refs/remotes/origin/main}, {@code origin/main} or {@code main}; null
         *     or {@code detached} where it is on none
         * @param remote name of the remote repository; null for origin
         */
        public static String branchName(String name, String remote) {
            if (name == null || name.isEmpty() || name.equals("detached") || name.equals("HEAD")) {
                return null;
            }
            String prefix = (remote == null || remote.isEmpty() ? "origin" : remote) + "/";
            String tracked = strip(strip(name, "refs/heads/"), "refs/remotes/");
            return strip(tracked, prefix);
        }

        private static String strip(String text, String prefix) {
            return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
        }
    }

    /** A build of which only the job, the number and the URL are known. */
    public static BuildIdentity of(String jobFullName, long number, String url) {
        return new BuildIdentity(jobFullName, number, url, null, List.of(), null, null, null);
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
        if (scm != null) {
            build.setScm(Scm.newBuilder()
                    .setUrl(orEmpty(scm.url()))
                    .setBranch(orEmpty(scm.branch()))
                    .setCommit(orEmpty(scm.commit())));
        }
        if (definitionSha256 != null) {
            build.setDefinitionSha256(ByteString.copyFrom(definitionSha256));
        }
        return build.build();
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }
}
