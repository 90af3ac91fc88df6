package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.proto.CheckAccessResponse;
import io.jenkins.plugins.signet.proto.ProfileAccess;
import java.util.List;

/**
 * Whether a job may sign, and why not, in words: before a build has to find out.
 *
 * @param level whether a build would succeed now
 * @param text for the person who configures the job
 */
public record AccessReport(Level level, String text) {
    /** Whether a build would succeed now. */
    public enum Level {
        /** It may sign now. */
        OK,
        /** It may sign, once an operator has done something. */
        WARNING,
        /** It may not. */
        ERROR
    }

    /**
     * From what the agent grants.
     *
     * @param job its full name
     * @param credential the credential's name at the agent
     * @param profile the one that is chosen; null or empty for none yet
     */
    public static AccessReport of(CheckAccessResponse granted, String job, String credential, String profile) {
        List<String> names = profiles(granted);
        String grant = "{ controller: ..., jobs: [\"" + job + "\"], credential: " + credential + ", profiles: ["
                + (profile == null || profile.isEmpty() ? "..." : profile) + "] }";
        if (names.isEmpty()) {
            return new AccessReport(
                    Level.ERROR,
                    "The agent knows this credential, but it grants nothing to the job '" + job + "' with it. A grant in the"
                            + " agent's configuration is missing: " + grant);
        }
        if (profile == null || profile.isEmpty()) {
            return new AccessReport(
                    Level.OK, "This job may sign with: " + String.join(", ", names) + ". Choose the profile");
        }
        for (ProfileAccess access : granted.getProfilesList()) {
            if (access.getName().equals(profile)) {
                return ready(access);
            }
        }
        return new AccessReport(
                Level.ERROR,
                "This job may not use the profile '" + profile + "', or there is none of that name. It may use: "
                        + String.join(", ", names) + ". Otherwise a grant in the agent's configuration is missing: " + grant);
    }

    /** From a call that failed. */
    public static AccessReport of(SignetException failure) {
        return switch (failure.reason()) {
            case UNAUTHENTICATED -> new AccessReport(
                    Level.ERROR,
                    failure.getMessage() + " The credential's id in Jenkins has to be its name in the agent's configuration,"
                            + " and its text the secret that was shown when it was made");
            default -> new AccessReport(Level.ERROR, failure.describe());
        };
    }

    /** Names of the profiles that are granted, in the agent's order. */
    public static List<String> profiles(CheckAccessResponse granted) {
        return granted.getProfilesList().stream().map(ProfileAccess::getName).toList();
    }

    private static AccessReport ready(ProfileAccess access) {
        String terms = "formats " + String.join(", ", access.getFormatsList()) + "; at most "
                + access.getLimits().getMaxFiles() + " files of " + access.getLimits().getMaxFileBytes() / (1 << 20) + " MiB each"
                + (access.getTimestamped() ? "; with timestamps" : "; without timestamps")
                + (access.getApprovalsRequired() == 0
                        ? "; no approval needed"
                        : "; " + access.getApprovalsRequired() + " approval(s) needed for each build");
        String detail = access.getKeyReadinessDetail().isEmpty() ? "" : " " + access.getKeyReadinessDetail();
        return switch (access.getKeyReadiness()) {
            case KEY_READINESS_READY -> new AccessReport(
                    Level.OK, "This job may sign with the profile '" + access.getName() + "': " + terms);
            case KEY_READINESS_REFUSED -> new AccessReport(
                    Level.ERROR,
                    "This job may use the profile '" + access.getName() + "', but its key cannot sign." + detail);
            case KEY_READINESS_LOCKED, KEY_READINESS_UNAVAILABLE -> new AccessReport(
                    Level.WARNING,
                    "This job may use the profile '" + access.getName() + "' (" + terms + "), but its key is not ready now."
                            + detail + " Builds wait for it until their timeout");
            default -> new AccessReport(
                    Level.WARNING, "This job may use the profile '" + access.getName() + "'; the agent says nothing of its key");
        };
    }
}
