using System.Text;
using Google.Protobuf.Collections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Offerbook.Master.Hosting;
using Offerbook.Master.Http.Security;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Offerbook.Wire.Json;
using AgentID = Mesos.V1.AgentID;
using Resource = Mesos.V1.Resource;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Http;

/// <summary>
/// POST /reserve, /unreserve, /create-volumes and /destroy-volumes: the operator calls of the same names as form fields in the
/// body, whatever its content type says, with resources as a JSON array.
/// </summary>
internal static class OperationFormEndpoints
{
    /// <summary>As much as the call on /api/v1 may have.</summary>
    private const int MaxBodyBytes = 4 * 1024 * 1024;

    public static Task ReserveAsync(HttpContext context, RunningMaster master) => ServeAsync(context, master, form =>
    {
        var call = new OperatorCall { Type = Type.ReserveResources, ReserveResources = new() { AgentId = form.Agent } };
        return form.Read("resources", call.ReserveResources.Resources)
            ?? (form.Has("source") ? form.Read("source", call.ReserveResources.Source) : null)
            ?? form.Calls(call);
    });

    public static Task UnreserveAsync(HttpContext context, RunningMaster master) => ServeAsync(context, master, form =>
    {
        var call = new OperatorCall { Type = Type.UnreserveResources, UnreserveResources = new() { AgentId = form.Agent } };
        return form.Read("resources", call.UnreserveResources.Resources) ?? form.Calls(call);
    });

    public static Task CreateVolumesAsync(HttpContext context, RunningMaster master) => ServeAsync(context, master, form =>
    {
        var call = new OperatorCall { Type = Type.CreateVolumes, CreateVolumes = new() { AgentId = form.Agent } };
        return form.Read("volumes", call.CreateVolumes.Volumes) ?? form.Calls(call);
    });

    public static Task DestroyVolumesAsync(HttpContext context, RunningMaster master) => ServeAsync(context, master, form =>
    {
        var call = new OperatorCall { Type = Type.DestroyVolumes, DestroyVolumes = new() { AgentId = form.Agent } };
        return form.Read("volumes", call.DestroyVolumes.Volumes) ?? form.Calls(call);
    });

    private static async Task ServeAsync(HttpContext context, RunningMaster master, Func<Form, string?> read)
    {
        if (!CallEndpoint.IsPost(context, out var refused))
        {
            await refused;
            return;
        }
        var body = await RequestBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted);
        if (body.IsRefused)
        {
            await context.Response.RefuseAsync(body.Refusal);
            return;
        }
        var form = new Form(QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body.Bytes.Span)));
        var problem = form.Has("slaveId") ? read(form) : "Missing 'slaveId' query parameter in the request body";
        if (problem is not null || form.Call is not { } call)
        {
            await context.Response.WriteTextAsync(StatusCodes.Status400BadRequest, problem ?? "");
            return;
        }
        await CallEndpoint.ServeAsync(master, new Exchange<SchedulerEvent>(context, MessageFormat.Json, ""),
            connection => new MasterMessage.OperatorCallReceived(connection, call, context.PrincipalName()));
    }

    /// <summary>The fields of a body, and the call that they come to.</summary>
    private sealed class Form(Dictionary<string, StringValues> fields)
    {
        public OperatorCall? Call { get; private set; }

        public AgentID Agent => new() { Value = fields["slaveId"].ToString() };

        public bool Has(string field) => fields.ContainsKey(field);

        /// <returns>What is wrong with the field, or null.</returns>
        public string? Read(string field, RepeatedField<Resource> resources)
        {
            if (!fields.TryGetValue(field, out var text))
            {
                return $"Missing '{field}' query parameter in the request body";
            }
            var list = MesosJson.ReadList<Resource>(Encoding.UTF8.GetBytes(text.ToString()));
            if (!list.TryGet(out var read, out var error))
            {
                var parsing = field == "volumes" ? "Error in parsing" : "Error parsing";
                return $"{parsing} '{field}' query parameter in the request body: {error.Detail}";
            }
            resources.Add(read);
            return null;
        }

        /// <returns>Null: nothing is wrong.</returns>
        public string? Calls(OperatorCall call)
        {
            Call = call;
            return null;
        }
    }
}
