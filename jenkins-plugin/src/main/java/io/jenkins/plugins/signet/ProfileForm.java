package io.jenkins.plugins.signet;

import hudson.AbortException;
import hudson.Util;
import hudson.model.Item;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.signet.client.RetryBudget;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.proto.CheckAccessResponse;
import io.jenkins.plugins.signet.signing.AccessReport;
import java.util.LinkedHashSet;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Asks the agent, with the job's own credential, what the job may do. That uses a secret, so it needs the permission to
 * configure the job; and it connects to agents of the global configuration only, never to where a form says.
 */
final class ProfileForm {
    private static final Logger LOGGER = Logger.getLogger(ProfileForm.class.getName());

    private ProfileForm() {}

    /** The profiles that are granted; with the one that is chosen, granted or not. */
    static ListBoxModel profiles(Item item, String agent, String credentialsId, String current) {
        var model = new ListBoxModel();
        model.add(Messages.ProfileForm_choose(), "");
        String chosen = Util.fixEmptyAndTrim(current);
        boolean listed = chosen == null;
        if (mayAsk(item, agent, credentialsId)) {
            try {
                for (String name : AccessReport.profiles(ask(item, agent, credentialsId))) {
                    model.add(name, name);
                    listed |= name.equals(chosen);
                }
            } catch (SignetException | AbortException e) {
                // The button beside it says what is wrong.
                LOGGER.log(Level.FINE, "no profiles to offer", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (!listed) {
            model.add(chosen, chosen);
        }
        return model;
    }

    /** The formats that the profile signs; with the one that is chosen, whether it is among them or not. */
    static ListBoxModel formats(Item item, String agent, String credentialsId, String profile, String current) {
        var model = new ListBoxModel();
        model.add(Messages.ProfileForm_byContent(), "");
        var names = new LinkedHashSet<String>();
        if (mayAsk(item, agent, credentialsId) && isLiteral(profile)) {
            try {
                ask(item, agent, credentialsId).getProfilesList().stream()
                        .filter(access -> access.getName().equals(profile.trim()))
                        .forEach(access -> names.addAll(access.getFormatsList()));
            } catch (SignetException | AbortException e) {
                // The button says what is wrong.
                LOGGER.log(Level.FINE, "no formats to offer", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        String chosen = Util.fixEmptyAndTrim(current);
        if (chosen != null) {
            names.add(chosen);
        }
        names.forEach(name -> model.add(name, name));
        return model;
    }

    /** Whether a build of the job could sign now, and why not. */
    static FormValidation test(Item item, String agent, String credentialsId, String profile) {
        if (item == null) {
            return FormValidation.warning(Messages.ProfileForm_noJob());
        }
        item.checkPermission(Item.CONFIGURE);
        if (Util.fixEmptyAndTrim(credentialsId) == null) {
            return FormValidation.error(Messages.ProfileForm_noCredential());
        }
        if (!isLiteral(credentialsId) || !isLiteralOrEmpty(agent) || !isLiteralOrEmpty(profile)) {
            return FormValidation.warning(Messages.ProfileForm_variable());
        }
        AccessReport report;
        try {
            report = AccessReport.of(
                    ask(item, agent, credentialsId), item.getFullName(), credentialsId.trim(), Util.fixEmptyAndTrim(profile));
        } catch (SignetException e) {
            report = AccessReport.of(e);
        } catch (AbortException e) {
            return FormValidation.error(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FormValidation.error(Messages.ProfileForm_interrupted());
        }
        return switch (report.level()) {
            case OK -> FormValidation.ok(report.text());
            case WARNING -> FormValidation.warning(report.text());
            case ERROR -> FormValidation.error(report.text());
        };
    }

    private static boolean mayAsk(Item item, String agent, String credentialsId) {
        return item != null && item.hasPermission(Item.CONFIGURE) && isLiteral(credentialsId) && isLiteralOrEmpty(agent);
    }

    private static CheckAccessResponse ask(Item item, String agent, String credentialsId)
            throws SignetException, AbortException, InterruptedException {
        return AgentConnection.open(item, Util.fixEmptyAndTrim(agent), credentialsId.trim(), RetryBudget.none())
                .checkAccess(item.getFullName());
    }

    /** Whether it is more than empty and holds no variable, whose value only a build knows. */
    private static boolean isLiteral(String value) {
        return Util.fixEmptyAndTrim(value) != null && !value.contains("$");
    }

    private static boolean isLiteralOrEmpty(String value) {
        return value == null || !value.contains("$");
    }
}
