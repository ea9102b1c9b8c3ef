using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>
/// Trainings and predictions. The page can start the two verbs that are here, on models of the list and with the
/// options of the requests, and nothing else.
/// </summary>
internal static class RunApi
{
    /// <returns>The runs; null where none can be started.</returns>
    public static RunList? Map(
        IEndpointRouteBuilder routes,
        OpenedProject project,
        FaultText faults,
        EditApi edits,
        StudioTool? tool
    )
    {
        var models = new ModelList(project, tool?.Models ?? []);
        var runs = tool is null || project.Folder is null ? null : new RunList(project, tool, models);
        routes.MapGet(
            "/api/models",
            () =>
                ProjectApi.Ok(
                    new ModelsAnswer(
                        runs is not null,
                        tool?.ModelTypes ?? [],
                        [.. models.Find().Select(one => new ModelAnswer(one.Id, one.Name, one.IsStage, one.Written))]
                    )
                )
        );
        routes.MapGet("/api/runs", () => ProjectApi.Ok((runs?.All ?? []).Select(run => run.Answer(faults))));
        edits.Post<TrainRequest>(routes, "/train", request => Started(list => list.Train(Editable(), request)));
        edits.Post<PredictRequest>(routes, "/predict", request => Started(list => list.Predict(Editable(), request)));
        edits.Post<NamedRun>(
            routes,
            "/stop-run",
            named =>
            {
                var run = Runs().Of(named.Run);
                run.Stop();
                return ProjectApi.Ok(run.Answer(faults));
            }
        );
        edits.Post<NamedRun>(
            routes,
            "/delete-run",
            named =>
            {
                var run = Runs().Of(named.Run);
                if (run.IsTraining && File.Exists(run.Result))
                    throw EditException.Invalid("A run with a model is not deleted by the page.");
                Editable();
                Runs().Delete(run);
                return ProjectApi.Ok(new { run.Id });
            }
        );
        edits.Post<NamedRun>(
            routes,
            "/merge-run",
            named =>
            {
                var run = Runs().Of(named.Run);
                if (run.Record.Predict is not { } request || run.IsRunning || !File.Exists(run.Result))
                    throw EditException.Invalid("The run has no predictions.");
                var session = Editable();
                var predicted = SlpReader.Read(run.Result, new LabelsReadOptions());
                var commands = PredictionMerge.Of(session.State, predicted, request);
                if (named.IsPreview)
                    return ProjectApi.Ok(PredictionMerge.Count(session.State, commands));
                var answer = commands.Select(edits.Do).Last();
                Runs().Delete(run);
                return ProjectApi.Ok(answer);
            }
        );
        return runs;

        RunList Runs() => runs ?? throw EditException.Invalid("This studio starts no runs.");

        IResult Started(Func<RunList, StudioRun> start) => ProjectApi.Ok(start(Runs()).Answer(faults));

        EditSession Editable()
        {
            edits.Session.CheckEditable();
            return edits.Session;
        }
    }

    private sealed record NamedRun(string Run, bool IsPreview = false);

    private sealed record ModelAnswer(string Id, string Name, bool IsStage, DateTime Written);

    private sealed record ModelsAnswer(bool CanRun, IReadOnlyList<string> Types, IReadOnlyList<ModelAnswer> Models);
}
