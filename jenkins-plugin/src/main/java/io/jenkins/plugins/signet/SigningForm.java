package io.jenkins.plugins.signet;

import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.StandardListBoxModel;
import hudson.FilePath;
import hudson.Util;
import hudson.model.AbstractProject;
import hudson.model.Item;
import hudson.model.Queue;
import hudson.model.queue.Tasks;
import hudson.security.ACL;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.signing.IfSigned;
import io.jenkins.plugins.signet.signing.SigningPlan;
import io.jenkins.plugins.signet.signing.SigningTargets;
import java.io.IOException;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.springframework.security.core.Authentication;

/**
 * What the forms of step and builder ask while somebody fills them in. Every answer that tells about something outside
 * of the form needs a permission first: to read the job's configuration, or to administer where there is no job (the
 * Snippet Generator outside of one).
 */
final class SigningForm {
    private SigningForm() {}

    static ListBoxModel credentials(Item item, String current) {
        if (!mayUseCredentials(item)) {
            return new StandardListBoxModel().includeCurrentValue(current);
        }
        var model = new StandardListBoxModel();
        model.includeEmptyValue();
        if (item == null) {
            model.includeMatchingAs(
                    ACL.SYSTEM2, Jenkins.get(), StringCredentials.class, List.of(), CredentialsMatchers.always());
        } else {
            model.includeMatchingAs(
                    authenticationOf(item), item, StringCredentials.class, List.of(), CredentialsMatchers.always());
        }
        return model.includeCurrentValue(current);
    }

    static FormValidation checkCredentials(Item item, String value) {
        if (!mayUseCredentials(item)) {
            return FormValidation.ok();
        }
        String id = Util.fixEmptyAndTrim(value);
        if (id == null) {
            return FormValidation.error(Messages.SigningForm_required());
        }
        boolean known = item == null || id.contains("${") || !CredentialsProvider.listCredentialsInItem(
                StringCredentials.class, item, authenticationOf(item), List.of(), CredentialsMatchers.withId(id)).isEmpty();
        return known ? FormValidation.ok() : FormValidation.warning(Messages.Connection_noSecret(id));
    }

    static ListBoxModel agents(Item item, String current) {
        var model = new ListBoxModel();
        model.add(Messages.SigningForm_firstAgent(), "");
        boolean listed = current == null || current.isEmpty();
        if (mayConfigure(item)) {
            for (SigningAgent agent : SignetGlobalConfiguration.get().getAgents()) {
                model.add(agent.getName(), agent.getName());
                listed |= agent.getName().equals(current);
            }
        }
        if (!listed) {
            model.add(current, current);
        }
        return model;
    }

    static ListBoxModel ifSigned() {
        var model = new ListBoxModel();
        model.add(Messages.SigningForm_ifSigned_fail(), IfSigned.FAIL.value());
        model.add(Messages.SigningForm_ifSigned_skip(), IfSigned.SKIP.value());
        model.add(Messages.SigningForm_ifSigned_append(), IfSigned.APPEND.value());
        model.add(Messages.SigningForm_ifSigned_replace(), IfSigned.REPLACE.value());
        return model;
    }

    static FormValidation required(String value) {
        return Util.fixEmptyAndTrim(value) == null
                ? FormValidation.error(Messages.SigningForm_required())
                : FormValidation.ok();
    }

    /** Looks into the last workspace of a freestyle job, for those who may see it. Bounded: a form does not wait for ever. */
    static FormValidation checkFiles(Item item, String value) throws IOException {
        String patterns = Util.fixEmptyAndTrim(value);
        if (patterns == null) {
            return FormValidation.error(Messages.SigningForm_required());
        }
        for (String pattern : patterns.split(",")) {
            String slashed = pattern.trim().replace('\\', '/');
            if (slashed.startsWith("/") || slashed.matches("[A-Za-z]:.*") || ("/" + slashed + "/").contains("/../")) {
                return FormValidation.error(Messages.SigningForm_outside(pattern.trim()));
            }
        }
        if (item instanceof AbstractProject<?, ?> project && item.hasPermission(Item.WORKSPACE) && !patterns.contains("$")) {
            return FilePath.validateFileMask(project.getSomeWorkspace(), patterns);
        }
        return FormValidation.ok();
    }

    static FormValidation checkOutputDir(String value) {
        String directory = Util.fixEmptyAndTrim(value);
        if (directory == null) {
            return FormValidation.ok();
        }
        try {
            SigningTargets.below(directory);
            return FormValidation.ok();
        } catch (SignetException e) {
            return FormValidation.error(Messages.SigningForm_outside(directory));
        }
    }

    static FormValidation checkCatalog(String value, String format, boolean pageHashes, String ifSigned) {
        String catalog = Util.fixEmptyAndTrim(value);
        if (catalog == null || catalog.contains("$")) {
            return FormValidation.ok();
        }
        String chosen = Util.fixEmptyAndTrim(format);
        try {
            new SigningPlan.Choices("", IfSigned.fromValue(ifSigned), null, null, chosen, catalog, pageHashes).check();
            return FormValidation.ok();
        } catch (SignetException | IllegalArgumentException e) {
            return FormValidation.error(e.getMessage());
        }
    }

    static FormValidation checkUrl(String value) {
        String url = Util.fixEmptyAndTrim(value);
        return url == null || url.contains("$") || url.matches("https?://[^\\s/]+.*")
                ? FormValidation.ok()
                : FormValidation.error(Messages.SigningForm_url());
    }

    private static boolean mayUseCredentials(Item item) {
        return item == null
                ? Jenkins.get().hasPermission(Jenkins.ADMINISTER)
                : item.hasPermission(Item.EXTENDED_READ) || item.hasPermission(CredentialsProvider.USE_ITEM);
    }

    private static boolean mayConfigure(Item item) {
        return item == null
                ? Jenkins.get().hasPermission(Jenkins.ADMINISTER)
                : item.hasPermission(Item.EXTENDED_READ);
    }

    /** The account that builds of the job run as. */
    static Authentication authenticationOf(Item item) {
        return item instanceof Queue.Task task ? Tasks.getAuthenticationOf2(task) : ACL.SYSTEM2;
    }
}
