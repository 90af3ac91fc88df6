package io.jenkins.plugins.signet;

import com.cloudbees.plugins.credentials.CredentialsMatchers;
import com.cloudbees.plugins.credentials.common.StandardCertificateCredentials;
import com.cloudbees.plugins.credentials.common.StandardListBoxModel;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Descriptor;
import hudson.security.ACL;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.signet.client.GrpcWebChannel;
import io.jenkins.plugins.signet.client.PemFile;
import io.jenkins.plugins.signet.client.SignetException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import jenkins.model.Jenkins;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.verb.POST;

/** An agent in the global configuration: where it is, how it is recognised, and how the controller shows itself. */
public final class SigningAgent extends AbstractDescribableImpl<SigningAgent> {
    private final String name;
    private final String addresses;
    private final String caCertificates;
    private final String clientCertificateId;

    /**
     * @param name under which jobs choose it
     * @param addresses host:port; several, separated by commas or white space, for one agent that is reached at each of
     *     them, the preferred one first
     * @param caCertificates PEM; one of them has issued the agent's certificate
     * @param clientCertificateId id of the certificate credential that the agent knows this controller by
     */
    @DataBoundConstructor
    public SigningAgent(String name, String addresses, String caCertificates, String clientCertificateId) {
        this.name = Util.fixEmptyAndTrim(name);
        this.addresses = Util.fixEmptyAndTrim(addresses);
        this.caCertificates = Util.fixEmptyAndTrim(caCertificates);
        this.clientCertificateId = Util.fixEmptyAndTrim(clientCertificateId);
    }

    /** Under which jobs choose it. */
    public String getName() {
        return name;
    }

    /** As host:port, separated by commas or white space. */
    public String getAddresses() {
        return addresses;
    }

    List<String> addressList() {
        return split(addresses);
    }

    private static List<String> split(String text) {
        return text == null
                ? List.of()
                : Arrays.stream(text.split("[,\\s]+")).filter(address -> !address.isEmpty()).toList();
    }

    /** In PEM form. */
    public String getCaCertificates() {
        return caCertificates;
    }

    /** Id of a certificate credential. */
    public String getClientCertificateId() {
        return clientCertificateId;
    }

    /** The first address as credentials' domains are matched with it. */
    String uri() throws SignetException {
        List<String> all = addressList();
        return GrpcWebChannel.parseAddress(all.isEmpty() ? "" : all.get(0)).toString();
    }

    /** The form. */
    @Extension
    @Symbol("signetAgent")
    public static final class DescriptorImpl extends Descriptor<SigningAgent> {
        @Override
        public String getDisplayName() {
            return Messages.SigningAgent_displayName();
        }

        /** The certificates of the system's store. */
        @POST
        public ListBoxModel doFillClientCertificateIdItems(@QueryParameter String clientCertificateId) {
            if (!Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
                return new StandardListBoxModel().includeCurrentValue(clientCertificateId);
            }
            return new StandardListBoxModel()
                    .includeEmptyValue()
                    .includeMatchingAs(
                            ACL.SYSTEM2, Jenkins.get(), StandardCertificateCredentials.class, List.of(),
                            CredentialsMatchers.always())
                    .includeCurrentValue(clientCertificateId);
        }

        /** A name is needed. */
        @POST
        public FormValidation doCheckName(@QueryParameter String value) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            return Util.fixEmptyAndTrim(value) == null
                    ? FormValidation.error(Messages.SigningAgent_nameMissing())
                    : FormValidation.ok();
        }

        /** Each address has to be host:port. Nothing is connected to. */
        @POST
        public FormValidation doCheckAddresses(@QueryParameter String value) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            List<String> all = split(value);
            try {
                for (String address : all.isEmpty() ? List.of("") : all) {
                    GrpcWebChannel.parseAddress(address);
                }
                return FormValidation.ok();
            } catch (SignetException e) {
                return FormValidation.error(e.getMessage());
            }
        }

        /**
         * Connects to each address as builds would, and names what is wrong. Only administrators: it connects to where the
         * form says.
         */
        @POST
        public FormValidation doTestConnection(
                @QueryParameter String addresses, @QueryParameter String caCertificates,
                @QueryParameter String clientCertificateId) throws InterruptedException {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            return AgentTest.run(split(addresses), caCertificates, Util.fixEmptyAndTrim(clientCertificateId));
        }

        /** There has to be at least one certificate. */
        @POST
        public FormValidation doCheckCaCertificates(@QueryParameter String value) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            try {
                List<X509Certificate> certificates = PemFile.certificates(value == null ? "" : value);
                return FormValidation.ok(Messages.SigningAgent_certificates(
                        certificates.size(), certificates.get(0).getSubjectX500Principal().getName()));
            } catch (GeneralSecurityException e) {
                return FormValidation.error(e.getMessage());
            }
        }

        /** The agent admits no controller without one. */
        @POST
        public FormValidation doCheckClientCertificateId(@QueryParameter String value) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            return Util.fixEmptyAndTrim(value) == null
                    ? FormValidation.error(Messages.SigningAgent_certificateMissing())
                    : FormValidation.ok();
        }
    }
}
