package com.cloudbees.plugins.credentials.common;

import com.cloudbees.plugins.credentials.Credentials;
import hudson.util.Secret;

/** Declared from credentials 1405.vb_cda_74a_f8974. */
public interface PasswordCredentials extends Credentials {
    Secret getPassword();
}
