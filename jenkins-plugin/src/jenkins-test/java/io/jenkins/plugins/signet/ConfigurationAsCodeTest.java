package io.jenkins.plugins.signet;

import static io.jenkins.plugins.casc.misc.Util.getUnclassifiedRoot;
import static io.jenkins.plugins.casc.misc.Util.toStringFromYamlFile;
import static io.jenkins.plugins.casc.misc.Util.toYamlString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.casc.ConfigurationContext;
import io.jenkins.plugins.casc.ConfiguratorRegistry;
import io.jenkins.plugins.casc.misc.ConfiguredWithCode;
import io.jenkins.plugins.casc.misc.JenkinsConfiguredWithCodeRule;
import io.jenkins.plugins.casc.misc.junit.jupiter.WithJenkinsConfiguredWithCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The global configuration as code, in both directions. */
@WithJenkinsConfiguredWithCode
class ConfigurationAsCodeTest {
    @Test
    @ConfiguredWithCode("configuration-as-code.yml")
    void file_isRead(JenkinsConfiguredWithCodeRule rule) {
        List<SigningAgent> agents = SignetGlobalConfiguration.get().getAgents();
        assertEquals(List.of("main", "spare"), agents.stream().map(SigningAgent::getName).toList());
        assertEquals("signet-controller", agents.get(0).getClientCertificateId());
        assertEquals("-----BEGIN CERTIFICATE-----", agents.get(0).getCaCertificates());
    }

    @Test
    @ConfiguredWithCode("configuration-as-code.yml")
    void configuration_isExported(JenkinsConfiguredWithCodeRule rule) throws Exception {
        ConfigurationContext context = new ConfigurationContext(ConfiguratorRegistry.get());
        String exported = toYamlString(getUnclassifiedRoot(context).get("signet"));
        assertEquals(toStringFromYamlFile(this, "exported.yml"), exported);
    }
}
