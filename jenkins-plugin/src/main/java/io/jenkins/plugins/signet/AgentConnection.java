package io.jenkins.plugins.signet;

import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.StandardCertificateCredentials;
import com.cloudbees.plugins.credentials.domains.URIRequirementBuilder;
import hudson.AbortException;
import hudson.model.Run;
import hudson.security.ACL;
import io.jenkins.plugins.signet.client.Credential;
import io.jenkins.plugins.signet.client.GrpcWebChannel;
import io.jenkins.plugins.signet.client.RetryBudget;
import io.jenkins.plugins.signet.client.SignetClient;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.client.TlsIdentity;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/** Connects a build with an agent of the global configuration; secrets stay in this process. */
final class AgentConnection {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

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
        var channel = new GrpcWebChannel(agent.getAddress(), identity(run, agent), CONNECT_TIMEOUT);
        return new SignetClient(channel, credential(run, agent, credentialsId), retries);
    }

    private static Credential credential(Run<?, ?> run, SigningAgent agent, String credentialsId)
            throws SignetException, AbortException {
        StringCredentials secret = CredentialsProvider.findCredentialById(
                credentialsId, StringCredentials.class, run, URIRequirementBuilder.fromUri(agent.uri()).build());
        if (secret == null) {
            throw new AbortException(Messages.Connection_noSecret(credentialsId));
        }
        CredentialsProvider.track(run, secret);
        return new Credential(credentialsId, secret.getSecret().getPlainText().toCharArray());
    }

    /**
     * The controller's own certificate. It belongs to Jenkins and not to jobs, so it is looked up in the system's store
     * with the system's rights: jobs cannot use a credential of the scope System by themselves.
     */
    private static TlsIdentity identity(Run<?, ?> run, SigningAgent agent) throws AbortException {
        StandardCertificateCredentials certificate = CredentialsMatchers.firstOrNull(
                CredentialsProvider.lookupCredentialsInItemGroup(
                        StandardCertificateCredentials.class, Jenkins.get(), ACL.SYSTEM2, List.of()),
                CredentialsMatchers.withId(agent.getClientCertificateId()));
        if (certificate == null) {
            throw new AbortException(Messages.Connection_noCertificate(agent.getName(), agent.getClientCertificateId()));
        }
        CredentialsProvider.track(run, certificate);
        try {
            return TlsIdentity.fromKeyStore(
                    agent.getCaCertificates(), certificate.getKeyStore(),
                    certificate.getPassword().getPlainText().toCharArray());
        } catch (GeneralSecurityException e) {
            var abort = new AbortException(Messages.Connection_badCertificate(agent.getName(), e.getMessage()));
            abort.initCause(e);
            throw abort;
        }
    }
}
