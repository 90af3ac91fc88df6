/**
 * The client of a Signet agent: the protocol of protos/signet/v1/signing.proto as gRPC-Web over HTTP/2 with the JDK's
 * own HTTP client, and the edits that turn an original file into the signed one.
 *
 * <p>Nothing here imports a type of Jenkins, so that the tests drive it against a real agent without a controller.
 */
package io.jenkins.plugins.signet.client;
