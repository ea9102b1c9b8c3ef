namespace Sleap.MLNet;

/// <summary>sleap-nn's <c>trainer_config</c> as options.</summary>
internal static class TrainerConfig
{
    // Where and how a run was logged, shown and stored: nothing of it is part of how a network learns.
    private static readonly string[] Running =
    [
        "model_ckpt", "trainer_devices", "trainer_device_indices", "trainer_accelerator", "profiler", "trainer_strategy", "enable_progress_bar", "min_train_steps_per_epoch",
        "visualize_preds_during_training", "keep_viz", "viz_img_format", "use_wandb", "save_ckpt", "ckpt_dir", "run_name", "resume_ckpt_path", "wandb", "zmq", "val_data_loader",
    ];

    public static TrainerOptions Read(ConfigSection root)
    {
        if (root.Section("trainer_config") is not { } trainer) return new TrainerOptions();
        trainer.Skip(Running);
        var loader = trainer.Section("train_data_loader");
        loader?.Skip("num_workers", "shuffle");
        var optimizer = trainer.Section("optimizer");
        if (trainer.Section("eval") is { } eval && !eval.Flag("enabled", false)) eval.SkipAll();
        var defaults = new TrainerOptions();
        return defaults with
        {
            Epochs = trainer.Whole("max_epochs", defaults.Epochs),
            StepsPerEpoch = trainer.Whole("train_steps_per_epoch"),
            BatchSize = loader?.Whole("batch_size") ?? defaults.BatchSize,
            LearningRate = optimizer?.Number("lr") ?? defaults.LearningRate,
            Optimizer = trainer.Text("optimizer_name") is "AdamW" ? Optimizer.AdamW : Optimizer.Adam,
            Schedule = ScheduleOf(trainer),
            EarlyStoppingPatience = PatienceOf(trainer),
            Seed = trainer.Whole("seed"),
            HardKeypointMining = MiningOf(trainer),
            // As sleap-nn trains: plain mean squared error from torch's own start, and the last weights themselves.
            ForegroundWeight = 0,
            Initialization = Initialization.Default,
            AverageDecay = null,
            ValidationFraction = root.Section("data_config")?.Number("validation_fraction") ?? defaults.ValidationFraction,
        };
    }

    private static LearningRateSchedule ScheduleOf(ConfigSection trainer)
    {
        var schedules = trainer.Section("lr_scheduler");
        if (schedules is null) return new LearningRateSchedule.Constant();
        // The first one counts, as in sleap-nn; another that is set too is told with the keys that are not honoured.
        if (schedules.Section("step_lr") is { } step) return new LearningRateSchedule.Step { Epochs = step.Whole("step_size", 10), Factor = step.Number("gamma", 0.1) };
        if (schedules.Section("reduce_lr_on_plateau") is not { } plateau) return new LearningRateSchedule.Constant();
        plateau.Skip("threshold_mode");
        return new LearningRateSchedule.ReduceOnPlateau
        {
            Factor = plateau.Number("factor", 0.5),
            Patience = plateau.Whole("patience", 5),
            Cooldown = plateau.Whole("cooldown", 3),
            Threshold = plateau.Number("threshold", 1e-6),
            Lowest = plateau.Number("min_lr", 1e-8),
        };
    }

    private static HardKeypointMining? MiningOf(ConfigSection trainer)
    {
        if (trainer.Section("online_hard_keypoint_mining") is not { } mining) return null;
        if (!mining.Flag("online_mining", false))
        {
            mining.SkipAll();
            return null;
        }
        var defaults = new HardKeypointMining();
        return new()
        {
            HardToEasyRatio = mining.Single("hard_to_easy_ratio", defaults.HardToEasyRatio),
            MinHardKeypoints = mining.Whole("min_hard_keypoints", defaults.MinHardKeypoints),
            MaxHardKeypoints = mining.Whole("max_hard_keypoints"),
            LossScale = mining.Single("loss_scale", defaults.LossScale),
        };
    }

    private static int? PatienceOf(ConfigSection trainer)
    {
        var stopping = trainer.Section("early_stopping");
        stopping?.Skip("min_delta");
        var patience = stopping?.Whole("patience");
        return stopping?.Flag("stop_training_on_plateau", false) == true ? patience : null;
    }
}
