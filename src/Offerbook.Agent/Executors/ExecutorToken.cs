using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json.Linq;

namespace Offerbook.Agent.Executors;

/// <summary>
/// The token with which a run of an executor proves who it is: a JSON web token, signed with the agent's own key (HS256). It does not
/// expire.
/// </summary>
internal static class ExecutorToken
{
    private static readonly string Header = Encode("""{"alg":"HS256","typ":"JWT"}""");

    public static string Sign(AgentExecutor executor, ReadOnlySpan<byte> key)
    {
        var payload = new JObject
        {
            ["fid"] = executor.Key.Framework.Value, ["eid"] = executor.Key.Executor.Value, ["cid"] = executor.Container.Value,
        };
        var content = $"{Header}.{Encode(payload.ToString(Newtonsoft.Json.Formatting.None))}";
        return $"{content}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(content)))}";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
