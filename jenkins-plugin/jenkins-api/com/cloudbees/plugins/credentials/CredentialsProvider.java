package com.cloudbees.plugins.credentials;

import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.domains.DomainRequirement;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.Nullable;
import hudson.ExtensionPoint;
import hudson.model.Describable;
import hudson.model.Descriptor;
import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.model.Run;
import hudson.security.Permission;
import hudson.util.ListBoxModel;
import java.util.List;
import org.springframework.security.core.Authentication;

/** Declared from credentials 1405.vb_cda_74a_f8974. */
public abstract class CredentialsProvider extends Descriptor<CredentialsProvider>
        implements ExtensionPoint, Describable<CredentialsProvider> {
    public static final Permission USE_ITEM = null;

    @SuppressWarnings("rawtypes")
    public static <C extends Credentials> List<C> lookupCredentialsInItemGroup(
            Class<C> type, @Nullable ItemGroup itemGroup, @Nullable Authentication authentication,
            @Nullable List<DomainRequirement> domainRequirements) {
        throw new AssertionError("declaration only");
    }

    public static <C extends IdCredentials> ListBoxModel listCredentialsInItem(
            Class<C> type, @Nullable Item item, @Nullable Authentication authentication,
            @Nullable List<DomainRequirement> domainRequirements, @Nullable CredentialsMatcher matcher) {
        throw new AssertionError("declaration only");
    }

    public static <C extends Credentials> List<C> lookupCredentialsInItem(
            Class<C> type, @Nullable Item item, @Nullable Authentication authentication,
            @Nullable List<DomainRequirement> domainRequirements) {
        throw new AssertionError("declaration only");
    }

    public static @CheckForNull <C extends Credentials> C track(Item item, @CheckForNull C credentials) {
        throw new AssertionError("declaration only");
    }

    public static @CheckForNull <C extends IdCredentials> C findCredentialById(
            String id, Class<C> type, Run<?, ?> run, @Nullable List<DomainRequirement> domainRequirements) {
        throw new AssertionError("declaration only");
    }

    @SuppressWarnings("rawtypes")
    public static @CheckForNull <C extends Credentials> C track(Run build, @CheckForNull C credentials) {
        throw new AssertionError("declaration only");
    }
}
