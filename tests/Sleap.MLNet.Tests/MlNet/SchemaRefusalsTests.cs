using System.Reflection;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// An estimator's GetOutputSchema refuses the columns that Fit or Transform would refuse, and no others, so that a
/// chain with a model to train fails before it trains. What it does not refuse it announces as it will be.
/// </summary>
/// <remarks>
/// A shape has no values and no sizes. So these are left to Fit: nodes that options name and the skeleton does not
/// have, a skeleton without symmetric nodes, and columns of others without annotations, whose sizes alone tell whether
/// they are keypoints.
/// </remarks>
public sealed class SchemaRefusalsTests
{
    /// <summary>
    /// What an estimator reads besides its input column, by the property of <see cref="PoseColumnOptions"/> that names
    /// it.
    /// </summary>
    private static readonly string[] Roles =
    [
        "Video",
        "FrameIndex",
        "Image",
        "Track",
        "PredictedTrack",
        "KeypointScore",
        "InstanceScore",
    ];

    private readonly MLContext _ml = new(1);

    private delegate IEstimator<ITransformer> Maker(
        PoseCatalog pose,
        string column,
        PoseColumnOptions names,
        IReadOnlyList<string> nodes
    );

    private static IEnumerable<(string Name, Maker Make)> Estimators =>
        [
            .. Enum.GetValues<SmoothMethod>()
                .Select(method =>
                    (
                        "Smooth",
                        (Maker)(
                            (pose, column, names, _) => pose.Smooth(column, new() { Method = method, Columns = names })
                        )
                    )
                ),
            ("Interpolate", (pose, column, names, _) => pose.Interpolate(column, new() { Columns = names })),
            (
                "Interpolate",
                (pose, column, names, _) => pose.Interpolate(column, new() { OutputColumn = "Filled", Columns = names })
            ),
            ("FilterByScore", (pose, column, names, _) => pose.FilterByScore(column, new() { Columns = names })),
            ("RemoveJumps", (pose, column, names, _) => pose.RemoveJumps(column, new() { Columns = names })),
            ("RepairSwaps", (pose, column, names, _) => pose.RepairSwaps(column, new() { Columns = names })),
            ("Kinematics", (pose, column, names, _) => pose.Kinematics(column, new() { Columns = names })),
            ("Rolling", (pose, column, names, _) => pose.Rolling(column, new() { Columns = names })),
            (
                "InRegions",
                (pose, column, names, _) =>
                    pose.InRegions(column, new() { Regions = [Region.Circle("middle", 100, 100, 50)], Columns = names })
            ),
            (
                "Egocentric",
                (pose, column, names, nodes) =>
                    pose.Egocentric(
                        column,
                        new()
                        {
                            Origin = nodes[0],
                            From = nodes[0],
                            To = nodes[1],
                            Columns = names,
                        }
                    )
            ),
            (
                "NormalizeSize",
                (pose, column, names, nodes) => pose.NormalizeSize(column, new() { Body = nodes, Columns = names })
            ),
            (
                "BodyLength",
                (pose, column, names, nodes) => pose.BodyLength(column, new() { Body = nodes, Columns = names })
            ),
            ("Distances", (pose, column, names, _) => pose.Distances(column, new() { Columns = names })),
            (
                "Angles",
                (pose, column, names, nodes) =>
                    pose.Angles(column, new() { Corners = [new(nodes[0], nodes[1], nodes[0])], Columns = names })
            ),
            ("Social", (pose, column, names, _) => pose.Social(column, new() { Columns = names })),
            (
                "Track",
                (pose, column, names, _) =>
                    pose.Track(new() { MaxTracks = 2, Columns = Named(names, "PredictedKeypoints", column) })
            ),
            (
                "Track",
                (pose, column, names, _) =>
                    pose.Track(
                        new()
                        {
                            MaxTracks = 2,
                            Motion = TrackMotion.OpticalFlow,
                            Columns = Named(names, "PredictedKeypoints", column),
                        }
                    )
            ),
            ("ToInstances", (pose, column, names, _) => pose.ToInstances(column, new() { Columns = names })),
            (
                "ToInstances",
                (pose, column, names, _) =>
                    pose.ToInstances(column, new() { Values = ["InstanceScore", "PredictedTrack"], Columns = names })
            ),
        ];

    private PoseCatalog Pose => _ml.Pose();

    [Fact]
    public void No_estimator_of_the_catalog_is_left_out()
    {
        var offered = typeof(AnalysisCatalog)
            .Assembly.GetExportedTypes()
            .Where(type => type.IsAbstract && type.IsSealed)
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Where(method =>
                method.GetParameters().FirstOrDefault()?.ParameterType == typeof(PoseCatalog)
                && method
                    .ReturnType.GetInterfaces()
                    .Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IEstimator<>))
            )
            .Select(method => method.Name)
            .Distinct()
            .Order();
        // It needs labels and predictions in one view, and has a test of its own.
        offered = offered.Where(name => name != nameof(CalibrationCatalog.KeypointRadius)).Order();
        Assert.Equal(offered, Estimators.Select(estimator => estimator.Name).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(SampleModels.Kinds), MemberType = typeof(SampleModels))]
    public void The_columns_of_a_model_are_refused_before_or_never(PoseModelKind kind)
    {
        using var model = SampleModels.Load(_ml, kind);
        var poses = model.Transform(SampleModels.Frames(_ml, kind, 1));
        Compare(poses, "PredictedKeypoints", model.Skeleton);
        var tracked = Pose.Track(new() { MaxTracks = 2 }).Fit(poses).Transform(poses);
        Compare(tracked, "PredictedKeypoints", model.Skeleton);
        // What analyses add, in the form that the model's columns have.
        var analyzed = Pose.Kinematics()
            .Append(Pose.Social())
            .Append(Pose.Distances())
            .Append(Pose.Rolling("KeypointScore", new() { Statistics = [RollingStatistic.Mean] }))
            .Fit(tracked)
            .Transform(tracked);
        Compare(analyzed, "PredictedKeypoints", model.Skeleton, besides: false);
        var instances = Pose.ToInstances().Fit(analyzed).Transform(analyzed);
        Compare(instances, "PredictedKeypoints", model.Skeleton, besides: false);
    }

    [Theory]
    [InlineData(InstanceLayout.Many)]
    [InlineData(InstanceLayout.Single)]
    public void The_columns_of_labels_are_refused_before_or_never(InstanceLayout layout)
    {
        using var folder = new PairFolder(2, animals: _ => 1);
        var options = new LabelsOptions { Layout = layout };
        foreach (var labels in (Labels[])[folder.Labels, Symmetric(folder.Labels)])
        {
            Compare(Pose.FromLabels(labels, options), "Keypoints", labels.Skeletons[0]);
            Compare(Pose.FromPredictions(labels, options), "PredictedKeypoints", labels.Skeletons[0]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_skeleton_of_three_nodes_has_no_other_refusals_than_one_of_two(bool many)
    {
        // Three scores cannot be keypoints of one animal by their number, two could.
        var skeleton = new Skeleton(
            "fly",
            ["head", "thorax", "tail"],
            [new Edge(0, 1), new Edge(1, 2)],
            [new Symmetry(0, 2)]
        );
        var labels = new Labels([
            new LabeledFrame
            {
                Video = Video.FromFile(SampleModels.VideoOf(PoseModelKind.SingleInstance)),
                FrameIndex = 0,
                Instances =
                [
                    new Instance { Skeleton = skeleton, Points = [new Point(1, 2), new Point(3, 4), new Point(5, 6)] },
                ],
            },
        ]);
        Compare(
            Pose.FromPredictions(labels, new() { Layout = many ? InstanceLayout.Many : InstanceLayout.Single }),
            "PredictedKeypoints",
            skeleton
        );
    }

    [Fact]
    public void The_estimators_of_models_refuse_labels_of_another_type_before_they_train()
    {
        using var folder = new PairFolder(2, animals: _ => 1);
        List<string> faults = [];
        foreach (
            var view in (IDataView[])
                [folder.View(_ml), Pose.FromPredictions(folder.Labels), Pose.FromLabels(Untracked(folder.Labels))]
        )
        {
            foreach (var column in view.Schema.Where(column => !column.IsHidden))
            {
                foreach (var role in (string[])["Image", "Keypoints", "Track"])
                {
                    var names = Named(new PoseColumnOptions(), role, column.Name);
                    Check(
                        Pose.SingleInstance(new() { Columns = names }),
                        view,
                        $"SingleInstance, {role} = {column.Name}",
                        faults
                    );
                    Check(
                        Pose.BottomUpId(new() { Columns = names }),
                        view,
                        $"BottomUpId, {role} = {column.Name}",
                        faults
                    );
                }
            }
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));

        static void Check(
            IPoseEstimator<PoseModelTransformer> estimator,
            IDataView view,
            string what,
            List<string> faults
        )
        {
            var announced = Record.Exception(() => estimator.GetOutputSchema(SchemaShapes.Of(view.Schema)));
            // Reads the labels as Fit does, and trains nothing.
            var real = Record.Exception(() => estimator.Lint(view)) as ArgumentException;
            if ((announced is null) != (real is null))
                faults.Add($"{what}: {announced?.Message ?? "announced"} / {real?.Message ?? "taken"}");
        }
    }

    /// <summary>
    /// Every estimator on every column; and on the keypoints, with every column in the place of another that it reads.
    /// </summary>
    private void Compare(IDataView view, string keypoints, Skeleton skeleton, bool besides = true)
    {
        List<string> faults = [];
        string[] columns = [.. view.Schema.Where(column => !column.IsHidden).Select(column => column.Name), "Absent"];
        foreach (var (name, make) in Estimators)
        {
            foreach (var column in columns)
                Check(view, $"{name}({column})", () => make(Pose, column, new(), skeleton.Nodes), faults);
            foreach (var role in besides ? Roles : [])
            {
                foreach (var column in columns.Where(column => column != keypoints))
                {
                    Check(
                        view,
                        $"{name}({keypoints}), {role} = {column}",
                        () => make(Pose, keypoints, Named(new(), role, column), skeleton.Nodes),
                        faults
                    );
                }
            }
        }
        Assert.True(faults.Count == 0, $"{faults.Count} faults:\n{string.Join('\n', faults.Take(60))}");
    }

    private static void Check(IDataView view, string what, Func<IEstimator<ITransformer>> make, List<string> faults)
    {
        var estimator = make();
        var announced = Record.Exception(() => estimator.GetOutputSchema(SchemaShapes.Of(view.Schema)));
        ITransformer? transformer = null;
        var real = Record.Exception(() =>
        {
            transformer = estimator.Fit(view);
            transformer.Transform(view);
        });
        if (
            announced is null
            && real is ArgumentException { Message: var message }
            && message.Contains("names no symmetric nodes")
        )
        {
            return; // Keypoints have symmetric nodes or none: a value.
        }

        if ((announced is null) != (real is null) || announced?.GetType() != real?.GetType())
        {
            faults.Add($"{what}: {announced?.Message ?? "announced"} / {real?.Message ?? "taken"}");
        }
        else if (
            transformer is not null
            && Record.Exception(() => SchemaAssert.Same(estimator, transformer, view.Schema)) is { } other
        )
        {
            faults.Add($"{what}: {other.Message}");
        }
    }

    /// <summary>The names with one of them changed; whatever had that name before has another.</summary>
    private static PoseColumnOptions Named(PoseColumnOptions names, string role, string column)
    {
        var named = names with { };
        foreach (
            var property in typeof(PoseColumnOptions)
                .GetProperties()
                .Where(property => property.PropertyType == typeof(string) && property.CanWrite)
        )
        {
            if (property.Name == role)
                property.SetValue(named, column);
            else if ((string)property.GetValue(named)! == column)
                property.SetValue(named, "No" + property.Name);
        }
        return named;
    }

    private static Labels Symmetric(Labels labels) =>
        Changed(
            labels,
            new Skeleton("pair", PairFolder.Skeleton.Nodes, PairFolder.Skeleton.Edges, [new Symmetry(0, 1)]),
            tracked: true
        );

    private static Labels Untracked(Labels labels) => Changed(labels, PairFolder.Skeleton, tracked: false);

    private static Labels Changed(Labels labels, Skeleton skeleton, bool tracked) =>
        new(
            labels.Frames.Select(frame => new LabeledFrame
            {
                Video = frame.Video,
                FrameIndex = frame.FrameIndex,
                Instances =
                [
                    .. frame.Instances.Select(instance => new Instance
                    {
                        Skeleton = skeleton,
                        Points = instance.Points,
                        Track = tracked ? instance.Track : null,
                    }),
                ],
            })
        );
}
