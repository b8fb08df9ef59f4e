using System.Globalization;
using Microsoft.AspNetCore.Http;
using Offerbook.Master.Http.Reads;
using Offerbook.Master.Operator.Views;
using Offerbook.Master.Operator.Views.Blocks;
using Offerbook.Master.Tasks;

namespace Offerbook.Master.Http.Legacy;

/// <summary>
/// GET /tasks?limit=100&amp;offset=0&amp;order=des&amp;framework_id=&amp;task_id=: all tasks, by their first status, newest first.
/// </summary>
internal static class TasksJson
{
    private const int DefaultLimit = 100;

    public static Answer Of(MasterView view, IQueryCollection query)
    {
        var framework = query["framework_id"].ToString();
        var task = query["task_id"].ToString();
        var tasks = view.Frameworks.Concat(view.CompletedFrameworks)
            .Where(known => framework.Length == 0 || known.Id.Value == framework)
            .SelectMany(known => known.Tasks.Concat(known.UnreachableTasks).Concat(known.CompletedTasks))
            .Where(known => task.Length == 0 || known.Id.Value == task);
        var sorted = query["order"] == "asc" ? tasks.OrderBy(FirstSeen) : tasks.OrderByDescending(FirstSeen);
        // What OrderBy leaves out is not sorted either: the cost is a walk over all tasks and sorting a page.
        var page = sorted.Skip(Number(query["offset"].ToString(), 0)).Take(Number(query["limit"].ToString(), DefaultLimit));
        return new JsonAnswer()
            .Then(0, static json =>
            {
                json.BeginObject();
                json.BeginArray("tasks"u8);
            })
            .Each(BlockList<TaskModel>.Of(page), TaskJson.Task)
            .Then(0, static json =>
            {
                json.EndArray();
                json.EndObject();
            });
    }

    private static double FirstSeen(TaskModel task) => task.Statuses.IsEmpty ? 0 : task.Statuses[0].Timestamp;

    /// <summary>What is no number is not there; one below zero is beyond all, as the original takes it.</summary>
    private static int Number(string text, int otherwise) =>
        !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? otherwise
        : number < 0 ? int.MaxValue : number;
}
