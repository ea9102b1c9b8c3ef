using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>Writes the models of this folder with what they give; see README.md.</summary>
internal static class SavedModelFiles
{
    private static readonly TrainerOptions Training = new()
    {
        Epochs = 15,
        StepsPerEpoch = 20,
        LearningRate = 5e-3,
        Seed = 3,
        AverageDecay = 0.9,
        Device = "cpu",
        Schedule = new LearningRateSchedule.Cosine { WarmupSteps = 10 },
    };

    private static readonly BackboneOptions UNet = new UNetOptions
    {
        Filters = 6,
        MaxStride = 8,
        OutputStride = 2,
    };

    private static readonly CentroidOptions Centroid = Small(
        new CentroidOptions
        {
            Scale = 0.5f,
            AnchorPart = "head",
            MaxInstances = 2,
            PeakThreshold = 0.3f,
            BatchSize = 3,
        }
    );

    private static readonly CenteredInstanceOptions Centered = Small(
        new CenteredInstanceOptions
        {
            CropSize = 32,
            AnchorPart = "head",
            CropAlignment = CropAlignment.SleapNN,
            Refinement = PeakRefinement.Integral,
        }
    );

    /// <summary>Trains and makes every model, and writes NAME.zip and NAME.txt for each.</summary>
    public static void Write(string folder)
    {
        var ml = new MLContext(seed: 1);
        using var inputs = new SavedModelInputs();
        using var spots = new SpotFolder(40);
        using var pairs = new PairFolder(60);
        foreach (var (name, model) in Networks(ml.Pose(), spots.View(ml), pairs.View(ml)))
            WriteOne(name, model, name == "SingleInstance" ? inputs.Spots(ml) : inputs.Pairs(ml));
        var poses = SavedModelInputs.Poses(ml);
        foreach (var (name, estimator) in Transforms(ml))
            WriteOne(name, estimator.Fit(poses), poses);

        void WriteOne(string name, ITransformer model, IDataView input)
        {
            ml.Model.Save(model, input.Schema, Path.Combine(folder, name + ".zip"));
            File.WriteAllText(Path.Combine(folder, name + ".txt"), string.Join('\n', Text(model, input)) + "\n");
        }
    }

    /// <summary>
    /// What a model gives: the names and types of all columns, an empty line, and the columns that were not in the
    /// input, a line for each row below their names.
    /// </summary>
    public static List<string> Text(ITransformer model, IDataView input)
    {
        var output = model.Transform(input);
        DataViewSchema.Column[] columns = [.. output.Schema.Where(column => !column.IsHidden)];
        var others = columns.Where(column => column.Index >= input.Schema.Count && column.Name != "FrameIndex");
        string[] added = ["FrameIndex", .. others.Select(column => column.Name)];
        var schema = columns.Select(column => $"{column.Name}: {column.Type}");
        return [.. schema, "", string.Join(" | ", added), .. ColumnText.Of(output, added)];
    }

    private static IEnumerable<(string, ITransformer)> Networks(PoseCatalog pose, IDataView spots, IDataView pairs)
    {
        var filter = new InstanceFilterOptions
        {
            MinVisibleNodes = 2,
            MinInstanceScore = 0.7f,
            MaxInstances = 3,
            OverlapThreshold = 0.9f,
            OverlapMethod = InstanceSimilarity.Oks,
        };
        yield return (
            "SingleInstance",
            pose.SingleInstance(
                    Small(
                        new SingleInstanceOptions
                        {
                            Columns = new() { PredictedKeypoints = "Places", KeypointScore = "Heights" },
                        }
                    )
                )
                .Fit(spots)
        );
        yield return (
            "Centroid",
            pose.Centroid(
                    Centroid with
                    {
                        Scale = 1,
                        MaxInstances = 1,
                        Backbone = new ConvNeXtOptions
                        {
                            Architecture = new([1, 1, 1, 1], [4, 6, 8, 8]),
                            FiltersRate = 1.5f,
                            OutputStride = 4,
                        },
                    }
                )
                .Fit(pairs)
        );
        yield return ("CenteredInstance", pose.CenteredInstance(Centered).Fit(pairs).With(CropSource.Labels));
        yield return (
            "TopDown",
            pose.TopDown(
                    new()
                    {
                        Centroid = Centroid,
                        CenteredInstance = Centered,
                        Device = "cpu",
                        Filter = filter with { MinInstanceScore = 0.88f },
                    }
                )
                .Fit(pairs)
        );
        yield return (
            "TopDownId",
            pose.TopDownId(
                    new()
                    {
                        Centroid = Centroid,
                        CenteredInstance = Centered,
                        Device = "cpu",
                        ClassVectors = new()
                        {
                            Layers = 2,
                            Units = 12,
                            LossWeight = 0.1f,
                        },
                        Classes = ["slim", "wide"],
                        MinClassProbability = 0.3f,
                    }
                )
                .Fit(pairs)
        );
        yield return (
            "BottomUp",
            pose.BottomUp(
                    Small(
                        new BottomUpOptions
                        {
                            PartAffinity = new()
                            {
                                Sigma = 4,
                                OutputStride = 4,
                                LinePoints = 8,
                                MinLineScore = 0.1f,
                                Grouping = GroupingRule.SleapNN,
                            },
                            MaxInstances = 1,
                            Filter = filter,
                        }
                    )
                )
                .Fit(pairs)
        );
        yield return (
            "BottomUpId",
            pose.BottomUpId(
                    Small(
                        new BottomUpIdOptions
                        {
                            ClassMaps = new()
                            {
                                Sigma = 2,
                                OutputStride = 4,
                                MinClassProbability = 0.1f,
                            },
                            Classes = ["slim", "wide"],
                            Filter = filter,
                        }
                    ) with
                    {
                        Training = Training with { Epochs = 25 },
                    }
                )
                .Fit(pairs)
        );
    }

    private static IEnumerable<(string, IEstimator<ITransformer>)> Transforms(MLContext ml)
    {
        const string Column = "PredictedKeypoints";
        var pose = ml.Pose();
        yield return ("Interpolation", pose.Interpolate(Column, new() { MaxGap = 3, OutputColumn = "Filled" }));
        yield return (
            "InterpolationPchip",
            pose.Interpolate(Column, new() { Method = InterpolationMethod.Pchip, MaxGap = 4 })
        );
        yield return (
            "JumpFilter",
            pose.RemoveJumps(
                Column,
                new()
                {
                    MaxJump = 40,
                    ForgetAfter = 3,
                    OutputColumn = "Steady",
                }
            )
        );
        yield return (
            "ScoreFilter",
            pose.FilterByScore(
                Column,
                new()
                {
                    MinScore = 0.5f,
                    MinInstanceScore = 0.3f,
                    MinVisible = 2,
                    OutputColumn = "Sure",
                }
            )
        );
        yield return (
            "Smoothing",
            pose.Smooth(
                Column,
                new()
                {
                    Method = SmoothMethod.SavitzkyGolay,
                    Window = 7,
                    PolynomialOrder = 3,
                    OutputColumn = "Smooth",
                }
            )
        );
        yield return (
            "SmoothingOneEuro",
            pose.Smooth(
                Column,
                new()
                {
                    Method = SmoothMethod.OneEuro,
                    MinCutoff = 0.5,
                    Beta = 0.01,
                    DerivativeCutoff = 2,
                    FramesPerSecond = 25,
                }
            )
        );
        yield return (
            "SwapRepair",
            pose.RepairSwaps(
                Column,
                new()
                {
                    MinGain = 2,
                    ForgetAfter = 4,
                    OutputColumn = "Repaired",
                }
            )
        );
        yield return (
            "Angles",
            pose.Angles(
                Column,
                new()
                {
                    Corners = [new("left", "nose", "right"), new("nose", "left", "tail")],
                    OutputColumn = "Corners",
                }
            )
        );
        yield return (
            "BodyLength",
            pose.BodyLength(
                Column,
                new()
                {
                    Body = ["nose", "left", "tail"],
                    PixelsPerUnit = 12.5,
                    OutputColumn = "Length",
                }
            )
        );
        yield return (
            "Distances",
            pose.Distances(
                Column,
                new()
                {
                    Pairs = [new("nose", "tail"), new("left", "right")],
                    PixelsPerUnit = 4,
                    OutputColumn = "Apart",
                }
            )
        );
        yield return (
            "Egocentric",
            pose.Egocentric(
                Column,
                new()
                {
                    Origin = "left",
                    From = "tail",
                    To = "nose",
                    OutputColumn = "Own",
                }
            )
        );
        yield return (
            "SizeNormalization",
            pose.NormalizeSize(
                Column,
                new()
                {
                    Body = ["nose", "tail"],
                    Window = 5,
                    OutputColumn = "Unit",
                }
            )
        );
        yield return (
            "Social",
            pose.Social(
                Column,
                new()
                {
                    HeadingFrom = "tail",
                    HeadingTo = "nose",
                    ContactDistance = 1.5,
                    PixelsPerUnit = 12.5,
                    Distance = "Middles",
                    NodeDistance = "Nearest",
                    FacingAngle = "Facing",
                    Contact = "Touch",
                }
            )
        );
        yield return (
            "Kinematics",
            pose.Kinematics(
                Column,
                new()
                {
                    HeadingFrom = "tail",
                    HeadingTo = "nose",
                    Node = "left",
                    PixelsPerUnit = 12.5,
                    FramesPerSecond = 25,
                    MaxGap = 2,
                    Centroid = "Place",
                    Velocity = "PlaceRate",
                    Speed = "Pace",
                    Acceleration = "PaceRate",
                    Heading = "Facing",
                    TurnRate = "FacingRate",
                    PathLength = "Way",
                }
            )
        );
        yield return (
            "Regions",
            pose.InRegions(
                Column,
                new()
                {
                    Regions =
                    [
                        Region.Polygon("corner", (20, 20), (70, 25), (60, 75)),
                        Region.Circle("nest", 85, 50, 15),
                    ],
                    Node = "right",
                    FramesPerSecond = 25,
                    Inside = "In",
                    Entries = "Times",
                    Dwell = "Stay",
                    Latency = "First",
                    Occupants = "Crowd",
                }
            )
        );
        yield return (
            "Rolling",
            pose.Rolling(
                Column,
                new()
                {
                    Window = 4,
                    Trailing = true,
                    Statistics = [RollingStatistic.Max, RollingStatistic.Sd],
                }
            )
        );
        yield return (
            "Instances",
            pose.ToInstances(Column, new() { Values = ["InstanceScore", "PredictedTrack"], KeepUnseen = true })
        );
        yield return (
            "Tracking",
            pose.Track(
                new()
                {
                    Candidates = TrackCandidates.FixedWindow,
                    WindowSize = 3,
                    Features = TrackFeatures.BoundingBoxes,
                    Scoring = TrackScoring.Iou,
                    Reduction = ScoreReduction.Max,
                    Matching = TrackMatching.Greedy,
                    Motion = TrackMotion.Kalman,
                    TrackCapacity = 7,
                    MinNewTrackPoints = 1,
                    PreCullCount = 2,
                    PreCullIou = 0.9,
                    ConnectSingleBreaks = true,
                    Columns = new() { PredictedTrack = "Followed" },
                }
            )
        );
        yield return (
            "Chain",
            pose.RemoveJumps(Column)
                .Append(pose.Track(new() { MaxTracks = 2 }))
                .Append(pose.Interpolate(Column))
                .Append(pose.Kinematics(Column))
                .Append(pose.Rolling("Speed", new() { Window = 3 }))
                .Append(pose.ToInstances(Column))
                .Append(ml.Transforms.Concatenate("Features", Column, "SpeedMean"))
        );
    }

    private static T Small<T>(T options)
        where T : NetworkOptions =>
        (T)(
            options with
            {
                Backbone = UNet,
                Sigma = 1.5f,
                Augmentation = AugmentationOptions.None,
                Training = Training,
                Device = "cpu",
            }
        );
}
