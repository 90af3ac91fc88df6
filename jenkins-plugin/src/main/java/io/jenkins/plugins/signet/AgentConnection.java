package io.jenkins.plugins.signet;

import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.StandardCertificateCredentials;
import com.cloudbees.plugins.credentials.domains.URIRequirementBuilder;
import hudson.AbortException;
import hudson.model.Item;
import hudson.model.Run;
import hudson.security.ACL;
import io.jenkins.plugins.signet.client.Credential;
import io.jenkins.plugins.signet.client.GrpcWebChannel;
import io.jenkins.plugins.signet.client.RetryBudget;
import io.jenkins.plugins.signet.client.SignetClient;
import io.jenkins.plugins.signet.client.SignetException;
import java.security.GeneralSecurityException;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/** Connects builds and forms with an agent of the global configuration; secrets stay in this process. */
final class AgentConnection {
    private AgentConnection() {}

    /**
     * A client for the build.
     *
     * @param agentName null for the first agent
     * @param credentialsId of a secret text that the build may use; its id is the credential's name at the agent
     */
    static SignetClient open(Run<?, ?> run, String agentName, String credentialsId, RetryBudget retries)
            throws SignetException, AbortException {
        SigningAgent agent = SignetGlobalConfiguration.get().find(agentName);
        StringCredentials secret = CredentialsProvider.findCredentialById(
                credentialsId, StringCredentials.class, run, URIRequirementBuilder.fromUri(agent.uri()).build());
        if (secret == null) {
            throw new AbortException(Messages.Connection_noSecret(credentialsId));
        }
        StandardCertificateCredentials certificate = certificate(agent);
        CredentialsProvider.track(run, secret);
        CredentialsProvider.track(run, certificate);
        return client(agent, certificate, credentialsId, secret, retries);
    }

    /**
     * A client for a form of the job, with the credential that its builds would use.
     *
     * @param item whose configuration somebody edits; the caller has checked that they may
     */
    static SignetClient open(Item item, String agentName, String credentialsId, RetryBudget retries)
            throws SignetException, AbortException {
        SigningAgent agent = SignetGlobalConfiguration.get().find(agentName);
        StringCredentials secret = CredentialsMatchers.firstOrNull(
                CredentialsProvider.lookupCredentialsInItem(
                        StringCredentials.class, item, SigningForm.authenticationOf(item),
                        URIRequirementBuilder.fromUri(agent.uri()).build()),
                CredentialsMatchers.withId(credentialsId));
        if (secret == null) {
            throw new AbortException(Messages.Connection_noSecret(credentialsId));
        }
        CredentialsProvider.track(item, secret);
        return client(agent, certificate(agent), credentialsId, secret, retries);
    }

    private static SignetClient client(
            SigningAgent agent, StandardCertificateCredentials certificate, String credentialsId,
            StringCredentials secret, RetryBudget retries) throws SignetException, AbortException {
        try {
            GrpcWebChannel channel = SignetGlobalConfiguration.get().channels().get(
                    agent, certificate.getKeyStore(), certificate.getPassword().getPlainText().toCharArray());
            var credential = new Credential(credentialsId, secret.getSecret().getPlainText().toCharArray());
            return new SignetClient(channel, credential, retries);
        } catch (GeneralSecurityException e) {
            var abort = new AbortException(Messages.Connection_badCertificate(agent.getName(), e.getMessage()));
            abort.initCause(e);
            throw abort;
        } catch (IllegalArgumentException e) {
            throw new AbortException(e.getMessage());
        }
    }

    /**
     * The controller's own certificate. It belongs to Jenkins and not to jobs, so it is looked up in the system's store
     * with the system's rights: jobs cannot use a credential of the scope System by themselves.
     */
    private static StandardCertificateCredentials certificate(SigningAgent agent) throws AbortException {
        StandardCertificateCredentials certificate = find(agent.getClientCertificateId());
        if (certificate == null) {
            throw new AbortException(Messages.Connection_noCertificate(agent.getName(), agent.getClientCertificateId()));
        }
        return certificate;
    }

    /** The system's certificate with that id; null where there is none. */
    static StandardCertificateCredentials find(String certificateId) {
        return CredentialsMatchers.firstOrNull(
                CredentialsProvider.lookupCredentialsInItemGroup(
                        StandardCertificateCredentials.class, Jenkins.get(), ACL.SYSTEM2, List.of()),
                CredentialsMatchers.withId(certificateId));
    }
}
