using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Offerbook.Master.Http.Security;

namespace Offerbook.Master.Tests.Http.Security;

public sealed class AuthenticatorTests
{
    private static readonly byte[] Key = Encoding.UTF8.GetBytes("0123456789abcdef0123456789abcdef");

    private readonly BasicAuthenticator _basic = new("r", new Credentials([new("ops", "s:1"), new("apps", "s2")]));
    private readonly JwtAuthenticator _jwt = new("r", Key, TimeProvider.System);

    [TestCase("Basic", "ops:s:1", "ops")]
    [TestCase("basic", "apps:s2", "apps")]
    public void Basic_WithTheSecret_IsTakenIn(string scheme, string pair, string principal)
    {
        Assert.That(_basic.Authenticate($"{scheme} {Base64(pair)}"),
            Is.EqualTo(new AuthenticationResult.Authenticated(Principal.Named(principal)))
            .Using<AuthenticationResult>((a, b) =>
                ((AuthenticationResult.Authenticated)a).Principal.Value == ((AuthenticationResult.Authenticated)b).Principal.Value));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("Basic ")]
    [TestCase("Basic !!!")]
    [TestCase("Basic Og==")] // an empty principal with an empty secret
    [TestCase("token=x")]
    [TestCase("Bearer b3BzOnM6MQ==")]
    [TestCase("Basic b3Bz")] // "ops"
    [TestCase("Basic b3BzOnM6Mg==")] // "ops:s:2"
    [TestCase("Basic bm9ib2R5OnM6MQ==")] // "nobody:s:1"
    public void Basic_WithAnythingElse_IsChallenged(string? header)
    {
        Assert.That(_basic.Authenticate(header),
            Is.EqualTo(new AuthenticationResult.Unauthorized("Basic realm=\"r\"", "401 Unauthorized.")));
    }

    [Test]
    public void Jwt_SignedWithTheKey_GivesItsClaims()
    {
        var result = _jwt.Authenticate("Bearer " + Token("""{"alg":"HS256","typ":"JWT"}""", """{"fid":"f","n":7,"exp":99999999999}"""));

        var principal = ((AuthenticationResult.Authenticated)result).Principal;
        Assert.That(principal.Value, Is.Null);
        Assert.That(principal.Claims,
            Is.EquivalentTo(new Dictionary<string, string> { ["fid"] = "f", ["n"] = "7", ["exp"] = "99999999999" }));
    }

    [Test]
    public void Jwt_Absent_IsChallengedWithoutAWord()
    {
        Assert.That(_jwt.Authenticate(null), Is.EqualTo(new AuthenticationResult.Unauthorized("Bearer realm=\"r\"", "401 Unauthorized.")));
    }

    [TestCase("""{"alg":"HS256","typ":"JWT"}""", """{"exp":1}""", "Token has expired")]
    [TestCase("""{"alg":"HS256"}""", """{"exp":"soon"}""", "Claim 'exp' is not a number")]
    [TestCase("""{"alg":"HS256"}""", "{}", "Token has no claims")]
    [TestCase("""{"alg":"HS256"}""", "[]", "Failed to decode the payload")]
    [TestCase("""{"alg":"none"}""", """{"a":"b"}""", "Only the algorithm 'HS256' is supported")]
    [TestCase("""{"alg":"HS512"}""", """{"a":"b"}""", "Only the algorithm 'HS256' is supported")]
    [TestCase("{}", """{"a":"b"}""", "Header parameter 'alg' is missing")]
    [TestCase("""{"alg":"HS256","typ":"JWE"}""", """{"a":"b"}""", "Token 'typ' is not 'JWT'")]
    [TestCase("""{"alg":"HS256","crit":["x"]}""", """{"a":"b"}""", "Header parameter 'crit' is not supported")]
    [TestCase("nope", """{"a":"b"}""", "Failed to decode the header")]
    public void Jwt_Unfit_IsRefusedWithTheReason(string header, string payload, string reason)
    {
        Assert.That(_jwt.Authenticate("Bearer " + Token(header, payload)), Is.EqualTo(new AuthenticationResult.Unauthorized(
            $"Bearer realm=\"r\", error=\"invalid_token\", error_description=\"Invalid JWT: {reason}\"", "Invalid JWT: " + reason)));
    }

    [TestCase("Bearer", "Malformed 'Authorization' header")]
    [TestCase("Bearer a b", "Malformed 'Authorization' header")]
    [TestCase("Ba\"sic x", "Scheme 'Basic' unsupported")]
    [TestCase("Bearer a.b", "Invalid JWT: Expected 3 components in token, got 2")]
    public void Jwt_InAWrongHeader_IsRefusedWithTheReason(string header, string reason)
    {
        Assert.That(((AuthenticationResult.Unauthorized)_jwt.Authenticate(header)).Body, Is.EqualTo(reason));
    }

    [Test]
    public void Jwt_WithAnotherSignature_IsRefused()
    {
        var token = Token("""{"alg":"HS256"}""", """{"a":"b"}""");
        var forged = token[..(token.LastIndexOf('.') + 1)] + Base64Url.EncodeToString(new byte[32]);

        Assert.That(((AuthenticationResult.Unauthorized)_jwt.Authenticate("Bearer " + forged)).Body,
            Is.EqualTo("Invalid JWT: Token signature does not match"));
    }

    [Test]
    public void Several_NoneKnowing_AnswerWithAllChallenges()
    {
        Assert.That(new CombinedAuthenticator([_basic, _jwt]).Authenticate("Bearer a.b"), Is.EqualTo(new AuthenticationResult.Unauthorized(
            "Basic realm=\"r\",Bearer realm=\"r\", error=\"invalid_token\", error_description=\"Invalid JWT: Expected 3 components in token, got 2\"",
            "\"Basic\" authenticator returned:\n401 Unauthorized.\n\n\"Bearer\" authenticator returned:\nInvalid JWT: Expected 3 components in token, got 2")));
    }

    [Test]
    public void Several_OneKnowing_IsTakenIn()
    {
        var result = new CombinedAuthenticator([_jwt, _basic]).Authenticate("Basic " + Base64("apps:s2"));

        Assert.That(((AuthenticationResult.Authenticated)result).Principal.Value, Is.EqualTo("apps"));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Token(string header, string payload)
    {
        var signed = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "."
            + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload));
        return signed + "." + Base64Url.EncodeToString(HMACSHA256.HashData(Key, Encoding.ASCII.GetBytes(signed)));
    }
}
