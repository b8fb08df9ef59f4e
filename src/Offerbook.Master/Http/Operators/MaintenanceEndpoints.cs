using Mesos.V1;
using Mesos.V1.Maintenance;
using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Task = System.Threading.Tasks.Task;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Http.Operators;

/// <summary>/maintenance/schedule, /maintenance/status, /machine/down and /machine/up.</summary>
internal static class MaintenanceEndpoints
{
    public static Task ScheduleAsync(HttpContext context, RunningMaster master) => context.Request.Method switch
    {
        "GET" or "HEAD" => ReadEndpoint.ServeAsync(context, master, static (json, view, _) => json.Message(view.Operator.Schedule)),
        "POST" => UpdateAsync(context, master),
        _ => context.RefuseMethodAsync("GET", "POST"),
    };

    public static Task StatusAsync(HttpContext context, RunningMaster master) => context.Request.Method is "GET" or "HEAD"
        ? ReadEndpoint.ServeAsync(context, master, static (json, view, _) => json.Message(view.Operator.Maintenance))
        : context.RefuseMethodAsync("GET");

    public static Task DownAsync(HttpContext context, RunningMaster master) => MoveAsync(context, master, machines =>
    {
        var call = new OperatorCall { Type = Type.StartMaintenance, StartMaintenance = new() };
        call.StartMaintenance.Machines.Add(machines);
        return call;
    });

    public static Task UpAsync(HttpContext context, RunningMaster master) => MoveAsync(context, master, machines =>
    {
        var call = new OperatorCall { Type = Type.StopMaintenance, StopMaintenance = new() };
        call.StopMaintenance.Machines.Add(machines);
        return call;
    });

    private static async Task UpdateAsync(HttpContext context, RunningMaster master)
    {
        if (await PlainCalls.ReadAsync<Schedule>(context, Explain) is { } schedule)
        {
            await PlainCalls.PostAsync(context, master, new OperatorCall
            {
                Type = Type.UpdateMaintenanceSchedule,
                UpdateMaintenanceSchedule = new() { Schedule = schedule },
            });
        }
    }

    private static async Task MoveAsync(HttpContext context, RunningMaster master, Func<IReadOnlyList<MachineID>, OperatorCall> call)
    {
        if (!CallEndpoint.IsPost(context, out var refused))
        {
            await refused;
        }
        else if (await PlainCalls.ReadListAsync<MachineID>(context, Explain) is { } machines)
        {
            await PlainCalls.PostAsync(context, master, call(machines));
        }
    }

    private static string Explain(WireError error, string body) => error.Detail;
}
