using Google.Protobuf;
using Mesos.V1;
using Offerbook.Master.Http.Legacy;
using Offerbook.Master.Http.Reads;
using Offerbook.Master.Operator.Views;
using Offerbook.Master.Operator.Views.Blocks;
using Offerbook.Master.Tasks;
using Offerbook.Wire;
using CallType = Mesos.V1.Master.Call.Types.Type;
using GetAgents = Mesos.V1.Master.Response.Types.GetAgents;
using GetExecutors = Mesos.V1.Master.Response.Types.GetExecutors;
using GetFrameworks = Mesos.V1.Master.Response.Types.GetFrameworks;
using GetState = Mesos.V1.Master.Response.Types.GetState;
using GetTasks = Mesos.V1.Master.Response.Types.GetTasks;
using ResponseType = Mesos.V1.Master.Response.Types.Type;

namespace Offerbook.Master.Http;

/// <summary>
/// The operator calls whose answers grow with the cluster: GET_STATE and its four parts. In JSON, their lists are shown also when
/// they are empty; all else is the messages' own form.
/// </summary>
internal static class StateAnswers
{
    [ThreadStatic]
    private static MesosTask? t_task;

    /// <summary>One of the four parts, as a field of a message.</summary>
    private sealed record Part(string Name, (string Name, int Field, Func<MasterView, IEnumerable<Items>> Items)[] Lists);

    /// <summary>
    /// A list of a view and how its items become messages; which are used before the next one is made on the same thread.
    /// </summary>
    private abstract record Items
    {
        public static Items Of<T>(BlockList<T> list, Func<T, IMessage> message) where T : class => new Listed<T>(list, message);

        public abstract int Count { get; }

        public abstract void AddTo(JsonAnswer answer, bool first);

        public abstract void AddTo(ProtobufAnswer answer, int field);

        private sealed record Listed<T>(BlockList<T> List, Func<T, IMessage> Message) : Items where T : class
        {
            public override int Count => List.Count;

            public override void AddTo(JsonAnswer answer, bool first) =>
                answer.Each(List, (json, item) => json.Message(Message(item)), first);

            public override void AddTo(ProtobufAnswer answer, int field) => answer.Each(field, List, Message);
        }
    }

    private static readonly Part s_tasks = new("get_tasks",
    [
        ("tasks", GetTasks.TasksFieldNumber, static view => view.Frameworks.Select(static known => Items.Of(known.Tasks, Task))),
        ("unreachable_tasks", GetTasks.UnreachableTasksFieldNumber,
            static view => view.Frameworks.Select(static known => Items.Of(known.UnreachableTasks, Task))),
        ("completed_tasks", GetTasks.CompletedTasksFieldNumber,
            static view => view.Frameworks.Concat(view.CompletedFrameworks).Select(static known => Items.Of(known.CompletedTasks, Task))),
    ]);

    private static readonly Part s_executors = new("get_executors",
    [
        ("executors", GetExecutors.ExecutorsFieldNumber,
            static view =>
                [Items.Of(BlockList<ExecutorView>.Of(view.Agents.SelectMany(static agent => agent.Executors)), StateMessages.Executor)]),
    ]);

    private static readonly Part s_frameworks = new("get_frameworks",
    [
        ("frameworks", GetFrameworks.FrameworksFieldNumber,
            static view => [Items.Of(view.Frameworks, known => StateMessages.Framework(known, view))]),
        ("completed_frameworks", GetFrameworks.CompletedFrameworksFieldNumber,
            static view =>
                [Items.Of(BlockList<FrameworkView>.Of(view.CompletedFrameworks), known => StateMessages.Framework(known, view))]),
    ]);

    private static readonly Part s_agents = new("get_agents",
    [
        ("agents", GetAgents.AgentsFieldNumber, static view => [Items.Of(view.Agents, StateMessages.Agent)]),
        ("recovered_agents", GetAgents.RecoveredAgentsFieldNumber, static view => [Items.Of(view.RecoveredAgents, static info => info)]),
    ]);

    private static readonly (Part Part, int Field)[] s_state =
    [
        (s_tasks, GetState.GetTasksFieldNumber), (s_executors, GetState.GetExecutorsFieldNumber),
        (s_frameworks, GetState.GetFrameworksFieldNumber), (s_agents, GetState.GetAgentsFieldNumber),
    ];

    /// <returns>Null when the call is none of these.</returns>
    public static Func<MasterView, MessageFormat, Answer>? Find(CallType type) => type switch
    {
        CallType.GetState => State,
        CallType.GetTasks => One(ResponseType.GetTasks, OperatorResponse.GetTasksFieldNumber, s_tasks),
        CallType.GetExecutors => One(ResponseType.GetExecutors, OperatorResponse.GetExecutorsFieldNumber, s_executors),
        CallType.GetFrameworks => One(ResponseType.GetFrameworks, OperatorResponse.GetFrameworksFieldNumber, s_frameworks),
        CallType.GetAgents => One(ResponseType.GetAgents, OperatorResponse.GetAgentsFieldNumber, s_agents),
        _ => null,
    };

    private static Answer State(MasterView view, MessageFormat format)
    {
        if (format == MessageFormat.Protobuf)
        {
            return new ProtobufAnswer().Fields(new OperatorResponse { Type = ResponseType.GetState })
                .Message(OperatorResponse.GetStateFieldNumber, answer =>
                {
                    foreach (var (part, field) in s_state)
                    {
                        Add(answer, field, part, view);
                    }
                })
                .Measured(AnswerSharing.Threads);
        }
        var json = new JsonAnswer().Then(0, static json =>
        {
            json.BeginObject();
            json.EnumValue("type"u8, ResponseType.GetState);
            json.BeginObject("get_state"u8);
        });
        foreach (var (part, _) in s_state)
        {
            Add(json, part, view);
        }
        return json.Then(0, static json =>
        {
            json.EndObject();
            json.EndObject();
        });
    }

    private static Func<MasterView, MessageFormat, Answer> One(ResponseType type, int field, Part part) => (view, format) =>
    {
        if (format == MessageFormat.Protobuf)
        {
            var answer = new ProtobufAnswer().Fields(new OperatorResponse { Type = type });
            Add(answer, field, part, view);
            return answer.Measured(AnswerSharing.Threads);
        }
        var json = new JsonAnswer().Then(0, json =>
        {
            json.BeginObject();
            json.EnumValue("type"u8, type);
        });
        Add(json, part, view);
        return json.Then(0, static json => json.EndObject());
    };

    private static void Add(ProtobufAnswer answer, int field, Part part, MasterView view) => answer.Message(field, inner =>
    {
        foreach (var (_, list, items) in part.Lists)
        {
            foreach (var some in items(view))
            {
                some.AddTo(inner, list);
            }
        }
    });

    private static void Add(JsonAnswer answer, Part part, MasterView view)
    {
        var comma = part != s_tasks;
        answer.Step(comma, 0, json => json.Named(part.Name).BeginObject());
        for (var i = 0; i < part.Lists.Length; i++)
        {
            var (name, _, items) = part.Lists[i];
            answer.Step(i > 0, 0, json => json.Named(name).BeginArray());
            var first = true;
            foreach (var some in items(view))
            {
                some.AddTo(answer, first);
                first &= some.Count == 0;
            }
            answer.Then(0, static json => json.EndArray());
        }
        answer.Then(0, static json => json.EndObject());
    }

    private static MesosTask Task(TaskModel task)
    {
        var message = t_task ??= new MesosTask();
        task.WriteTo(message);
        return message;
    }
}
