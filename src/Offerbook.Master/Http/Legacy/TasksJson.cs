using System.Globalization;
using Microsoft.AspNetCore.Http;
using Offerbook.Master.Operator.Views;
using Offerbook.Master.Tasks;

namespace Offerbook.Master.Http.Legacy;

/// <summary>GET /tasks?limit=100&amp;offset=0&amp;order=des&amp;framework_id=&amp;task_id=: all tasks, by their first status, newest first.</summary>
internal static class TasksJson
{
    private const int DefaultLimit = 100;

    public static void Write(LegacyWriter json, MasterView view, IQueryCollection query)
    {
        var framework = query["framework_id"].ToString();
        var task = query["task_id"].ToString();
        var tasks = view.Frameworks.Concat(view.CompletedFrameworks)
            .Where(known => framework.Length == 0 || known.Id.Value == framework)
            .SelectMany(known => known.Tasks.Concat(known.UnreachableTasks).Concat(known.CompletedTasks))
            .Where(known => task.Length == 0 || known.Id.Value == task);
        var sorted = query["order"] == "asc" ? tasks.OrderBy(FirstSeen) : tasks.OrderByDescending(FirstSeen);
        json.BeginObject();
        json.Tasks("tasks", sorted.Skip(Number(query["offset"].ToString(), 0)).Take(Number(query["limit"].ToString(), DefaultLimit)));
        json.EndObject();
    }

    private static double FirstSeen(TaskModel task) => task.Statuses.IsEmpty ? 0 : task.Statuses[0].Timestamp;

    private static int Number(string text, int otherwise) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
