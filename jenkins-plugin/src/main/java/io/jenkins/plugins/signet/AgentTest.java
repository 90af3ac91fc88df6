package io.jenkins.plugins.signet;

import com.cloudbees.plugins.credentials.common.StandardCertificateCredentials;
import hudson.util.FormValidation;
import io.jenkins.plugins.signet.client.ConnectionCheck;
import io.jenkins.plugins.signet.client.TlsIdentity;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The button that tests an agent before it is saved. The caller has checked the permission. */
final class AgentTest {
    private AgentTest() {}

    static FormValidation run(List<String> addresses, String caCertificates, String certificateId)
            throws InterruptedException {
        if (addresses.isEmpty()) {
            return FormValidation.error(Messages.AgentTest_noAddress());
        }
        StandardCertificateCredentials credentials = certificateId == null ? null : AgentConnection.find(certificateId);
        if (credentials == null) {
            return FormValidation.error(Messages.AgentTest_noCertificate(certificateId));
        }
        try {
            KeyStore store = credentials.getKeyStore();
            TlsIdentity identity = TlsIdentity.fromKeyStore(
                    caCertificates == null ? "" : caCertificates, store,
                    credentials.getPassword().getPlainText().toCharArray());
            return all(new ConnectionCheck(identity, certificate(store), Clock.systemUTC()), addresses);
        } catch (GeneralSecurityException e) {
            return FormValidation.error(Messages.AgentTest_badCertificate(e.getMessage()));
        }
    }

    /** Every address has to work: the others are for the day when the first one does not. */
    private static FormValidation all(ConnectionCheck check, List<String> addresses) throws InterruptedException {
        var texts = new ArrayList<String>();
        boolean good = true;
        for (String address : addresses) {
            ConnectionCheck.Result result = check.check(address);
            good &= result.problem() == ConnectionCheck.Problem.NONE;
            texts.add(result.text() + ".");
        }
        String text = String.join(" ", texts);
        return good ? FormValidation.ok(text) : FormValidation.error(text);
    }

    private static X509Certificate certificate(KeyStore store) throws GeneralSecurityException {
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias) && store.getCertificate(alias) instanceof X509Certificate certificate) {
                return certificate;
            }
        }
        throw new GeneralSecurityException("the credential holds no private key with its certificate");
    }
}
