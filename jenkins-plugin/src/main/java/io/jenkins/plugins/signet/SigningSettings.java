package io.jenkins.plugins.signet;

import hudson.AbortException;
import hudson.EnvVars;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.signing.IfSigned;
import io.jenkins.plugins.signet.signing.SigningPlan;
import io.jenkins.plugins.signet.signing.SigningTask;
import java.io.Serializable;

/**
 * What a job says about its signing; shared by step and builder. A class with plain fields and not a record, because
 * Pipeline keeps it with JBoss Marshalling, which cannot read records back.
 */
final class SigningSettings implements Serializable {
    static final int DEFAULT_PARALLELISM = 4;
    static final int MAX_PARALLELISM = 32;
    static final int DEFAULT_TIMEOUT_MINUTES = 60;

    private static final long serialVersionUID = 1L;

    /** Ant patterns, separated by commas. */
    String files;
    /** The same; null for none. */
    String excludes;
    /** The agent's profile. */
    String profile;
    /** Id in Jenkins, and the credential's name at the agent. */
    String credentialsId;
    /** Name of an agent in the global configuration; null for the first one. */
    String agent;
    /** Directory in the workspace for the signed files; null for signing in place. */
    String outputDir;
    /** One of the values of {@link IfSigned}; null for fail. */
    String ifSigned;
    /** Shown to users by Windows; null for none. */
    String description;
    /** Shown beside the description; null for none. */
    String descriptionUrl;
    /** Name of the format to sign in; null where content and name of each file decide. */
    String format;
    /** Path in the workspace of the catalog that covers the files; null where each is signed by itself. */
    String catalog;
    /** Whether signatures of programs hold the hashes of their pages. */
    boolean pageHashes;
    /** Whether it is in order that no file is found. */
    boolean allowEmpty;
    /** How many files are signed at a time. */
    int parallelism = DEFAULT_PARALLELISM;
    /** How long the step may take, waiting for approvals included. */
    int timeoutMinutes = DEFAULT_TIMEOUT_MINUTES;

    SigningSettings(String files, String profile, String credentialsId) {
        this.files = files;
        this.profile = profile;
        this.credentialsId = credentialsId;
    }

    private SigningSettings() {}

    /** A text of a form or script: trimmed, and null for an empty one, so that snippets and job XML hold no empty texts. */
    static String text(String value) {
        return value == null || value.isBlank() ? null : value.trim();
    }

    /** The same with variables of the environment in place of ${NAME}. */
    SigningSettings expand(EnvVars environment) {
        var expanded = new SigningSettings();
        expanded.files = environment.expand(files);
        expanded.excludes = environment.expand(excludes);
        expanded.profile = environment.expand(profile);
        expanded.credentialsId = environment.expand(credentialsId);
        expanded.agent = environment.expand(agent);
        expanded.outputDir = environment.expand(outputDir);
        expanded.ifSigned = environment.expand(ifSigned);
        expanded.description = environment.expand(description);
        expanded.descriptionUrl = environment.expand(descriptionUrl);
        expanded.format = environment.expand(format);
        expanded.catalog = environment.expand(catalog);
        expanded.pageHashes = pageHashes;
        expanded.allowEmpty = allowEmpty;
        expanded.parallelism = parallelism;
        expanded.timeoutMinutes = timeoutMinutes;
        return expanded;
    }

    /**
     * Checks what can be checked before anything is done.
     *
     * @throws AbortException naming the parameter
     */
    void check() throws AbortException {
        require("files", files);
        require("profile", profile);
        require("credentialsId", credentialsId);
        try {
            choices().check();
        } catch (IllegalArgumentException | SignetException e) {
            throw new AbortException(e.getMessage());
        }
        if (parallelism < 1 || parallelism > MAX_PARALLELISM) {
            throw new AbortException(Messages.Settings_parallelism(MAX_PARALLELISM));
        }
        if (timeoutMinutes < 1) {
            throw new AbortException(Messages.Settings_timeout());
        }
    }

    private static void require(String name, String value) throws AbortException {
        if (value == null || value.isEmpty()) {
            throw new AbortException(Messages.Settings_missing(name));
        }
    }

    /** The same as the part that knows nothing of Jenkins takes it; for settings that were checked. */
    SigningTask toTask() {
        return new SigningTask(files, excludes, outputDir, allowEmpty, parallelism, choices());
    }

    private SigningPlan.Choices choices() {
        return new SigningPlan.Choices(
                profile, IfSigned.fromValue(ifSigned), description, descriptionUrl, format, catalog, pageHashes);
    }
}
