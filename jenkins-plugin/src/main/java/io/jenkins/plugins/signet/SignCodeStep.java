package io.jenkins.plugins.signet;

import hudson.Extension;
import hudson.FilePath;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.signet.signing.IfSigned;
import java.io.IOException;
import java.util.Set;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** The Pipeline step {@code signCode}. */
public final class SignCodeStep extends Step {
    private final SigningSettings settings;

    /**
     * @param files Ant patterns, separated by commas
     * @param profile the profile of the agent
     * @param credentialsId id of the secret text that the agent knows the job by
     */
    @DataBoundConstructor
    public SignCodeStep(String files, String profile, String credentialsId) {
        settings = new SigningSettings(
                SigningSettings.text(files), SigningSettings.text(profile), SigningSettings.text(credentialsId));
    }

    /** Ant patterns, separated by commas. */
    public String getFiles() {
        return settings.files;
    }

    /** The profile of the agent. */
    public String getProfile() {
        return settings.profile;
    }

    /** Id of the secret text that the agent knows the job by. */
    public String getCredentialsId() {
        return settings.credentialsId;
    }

    /** Ant patterns of files that are left out; null for none. */
    public String getExcludes() {
        return settings.excludes;
    }

    /** Ant patterns of files that are left out; null for none. */
    @DataBoundSetter
    public void setExcludes(String excludes) {
        settings.excludes = SigningSettings.text(excludes);
    }

    /** Name of an agent of the global configuration; null for the first one. */
    public String getAgent() {
        return settings.agent;
    }

    /** Name of an agent of the global configuration; null for the first one. */
    @DataBoundSetter
    public void setAgent(String agent) {
        settings.agent = SigningSettings.text(agent);
    }

    /** Directory in the workspace for the signed files; null for signing in place. */
    public String getOutputDir() {
        return settings.outputDir;
    }

    /** Directory in the workspace for the signed files; null for signing in place. */
    @DataBoundSetter
    public void setOutputDir(String outputDir) {
        settings.outputDir = SigningSettings.text(outputDir);
    }

    /** fail, skip, append or replace; null for fail. */
    public String getIfSigned() {
        return settings.ifSigned;
    }

    /** fail, skip, append or replace; null for fail. */
    @DataBoundSetter
    public void setIfSigned(String ifSigned) {
        settings.ifSigned = IfSigned.FAIL.value().equals(ifSigned) ? null : SigningSettings.text(ifSigned);
    }

    /** Shown to users by Windows; null for none. */
    public String getDescription() {
        return settings.description;
    }

    /** Shown to users by Windows; null for none. */
    @DataBoundSetter
    public void setDescription(String description) {
        settings.description = SigningSettings.text(description);
    }

    /** Shown beside the description; null for none. */
    public String getDescriptionUrl() {
        return settings.descriptionUrl;
    }

    /** Shown beside the description; null for none. */
    @DataBoundSetter
    public void setDescriptionUrl(String descriptionUrl) {
        settings.descriptionUrl = SigningSettings.text(descriptionUrl);
    }

    /** Name of the format to sign in; null where content and name of each file decide. */
    public String getFormat() {
        return settings.format;
    }

    /** Name of the format to sign in; null where content and name of each file decide. */
    @DataBoundSetter
    public void setFormat(String format) {
        settings.format = SigningSettings.text(format);
    }

    /** Path in the workspace of the catalog that covers the files; null where each is signed by itself. */
    public String getCatalog() {
        return settings.catalog;
    }

    /** Path in the workspace of the catalog that covers the files; null where each is signed by itself. */
    @DataBoundSetter
    public void setCatalog(String catalog) {
        settings.catalog = SigningSettings.text(catalog);
    }

    /** Whether signatures of programs hold the hashes of their pages. */
    public boolean isPageHashes() {
        return settings.pageHashes;
    }

    /** Whether signatures of programs hold the hashes of their pages. */
    @DataBoundSetter
    public void setPageHashes(boolean pageHashes) {
        settings.pageHashes = pageHashes;
    }

    /** Whether it is in order that no file is found. */
    public boolean isAllowEmpty() {
        return settings.allowEmpty;
    }

    /** Whether it is in order that no file is found. */
    @DataBoundSetter
    public void setAllowEmpty(boolean allowEmpty) {
        settings.allowEmpty = allowEmpty;
    }

    /** How many files are signed at a time. */
    public int getParallelism() {
        return settings.parallelism;
    }

    /** How many files are signed at a time. */
    @DataBoundSetter
    public void setParallelism(int parallelism) {
        settings.parallelism = parallelism;
    }

    /** How long the step may take, waiting for approvals included. */
    public int getTimeoutMinutes() {
        return settings.timeoutMinutes;
    }

    /** How long the step may take, waiting for approvals included. */
    @DataBoundSetter
    public void setTimeoutMinutes(int timeoutMinutes) {
        settings.timeoutMinutes = timeoutMinutes;
    }

    @Override
    public StepExecution start(StepContext context) {
        return new SignCodeExecution(context, settings);
    }

    /** Name, context and form. */
    @Extension
    public static final class DescriptorImpl extends StepDescriptor {
        @Override
        public String getFunctionName() {
            return "signCode";
        }

        @Override
        public String getDisplayName() {
            return Messages.SignCode_displayName();
        }

        @Override
        public Set<? extends Class<?>> getRequiredContext() {
            return Set.of(Run.class, FilePath.class, TaskListener.class);
        }

        /** Credentials that the job may use. */
        @POST
        public ListBoxModel doFillCredentialsIdItems(@AncestorInPath Item item, @QueryParameter String credentialsId) {
            return SigningForm.credentials(item, credentialsId);
        }

        /** Whether the job finds the credential. */
        @POST
        public FormValidation doCheckCredentialsId(@AncestorInPath Item item, @QueryParameter String value) {
            return SigningForm.checkCredentials(item, value);
        }

        /** Agents of the global configuration. */
        @POST
        public ListBoxModel doFillAgentItems(@AncestorInPath Item item, @QueryParameter String agent) {
            return SigningForm.agents(item, agent);
        }

        /** The choices. */
        @POST
        public ListBoxModel doFillIfSignedItems() {
            return SigningForm.ifSigned();
        }

        /** Whether the patterns match files of the workspace, where there is one. */
        @POST
        public FormValidation doCheckFiles(@AncestorInPath Item item, @QueryParameter String value) throws IOException {
            return SigningForm.checkFiles(item, value);
        }

        /** It has to be a directory of the workspace. */
        @POST
        public FormValidation doCheckOutputDir(@QueryParameter String value) {
            return SigningForm.checkOutputDir(value);
        }

        /** A profile is needed. */
        @POST
        public FormValidation doCheckProfile(@QueryParameter String value) {
            return SigningForm.required(value);
        }

        /** The description's web address. */
        @POST
        public FormValidation doCheckDescriptionUrl(@QueryParameter String value) {
            return SigningForm.checkUrl(value);
        }

        /** The profiles that the agent grants to the job with the credential. */
        @POST
        public ListBoxModel doFillProfileItems(
                @AncestorInPath Item item, @QueryParameter String credentialsId, @QueryParameter String agent,
                @QueryParameter String profile) {
            return ProfileForm.profiles(item, agent, credentialsId, profile);
        }

        /** The formats that the profile signs. */
        @POST
        public ListBoxModel doFillFormatItems(
                @AncestorInPath Item item, @QueryParameter String credentialsId, @QueryParameter String agent,
                @QueryParameter String profile, @QueryParameter String format) {
            return ProfileForm.formats(item, agent, credentialsId, profile, format);
        }

        /** A catalog's name, and what does not go with one. */
        @POST
        public FormValidation doCheckCatalog(
                @QueryParameter String value, @QueryParameter String format, @QueryParameter boolean pageHashes,
                @QueryParameter String ifSigned) {
            return SigningForm.checkCatalog(value, format, pageHashes, ifSigned);
        }

        /** Whether the job may sign, and why not. */
        @POST
        public FormValidation doTestAccess(
                @AncestorInPath Item item, @QueryParameter String profile, @QueryParameter String credentialsId,
                @QueryParameter String agent) {
            return ProfileForm.test(item, agent, credentialsId, profile);
        }
    }
}
