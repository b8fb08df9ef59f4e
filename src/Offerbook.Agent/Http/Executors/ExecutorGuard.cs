using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Offerbook.Agent.Executors;
using Offerbook.Wire.Http;
using Offerbook.Wire.Http.Security;

namespace Offerbook.Agent.Http.Executors;

/// <summary>Who may call as an executor: whoever shows a token that this agent has signed (API section 1.8).</summary>
internal sealed class ExecutorGuard(ReadOnlyMemory<byte> key, TimeProvider clock)
{
    private readonly JwtAuthenticator _tokens = new("mesos-agent-executor", key.ToArray(), clock);

    /// <param name="refused">The answer, on its way, when the caller may not.</param>
    public bool TryAdmit(HttpContext context, [NotNullWhen(true)] out ExecutorClaims? claims, out Task refused)
    {
        var header = context.Request.Headers.Authorization;
        switch (_tokens.Authenticate(header.Count == 0 ? null : header.ToString()))
        {
            case AuthenticationResult.Authenticated { Principal.Claims: var all }:
                claims = new ExecutorClaims(all.GetValueOrDefault("fid"), all.GetValueOrDefault("eid"), all.GetValueOrDefault("cid"));
                refused = Task.CompletedTask;
                return true;
            case AuthenticationResult.Unauthorized no:
                claims = null;
                context.Response.Headers.WWWAuthenticate = no.Challenge;
                refused = context.Response.WriteTextAsync(StatusCodes.Status401Unauthorized, no.Body);
                return false;
            case var unknown:
                throw new InvalidOperationException($"An authenticator gave {unknown}");
        }
    }
}
