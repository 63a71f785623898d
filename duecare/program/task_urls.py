"""Addresses of tasks, duties and remarks."""

from __future__ import annotations

from django.urls import path

from duecare.program import remark_views, task_views

urlpatterns = [
    path("duties/", task_views.my_duties, name="duties"),
    path("tasks/", task_views.tasks, name="tasks"),
    path("tasks/new/", task_views.task_new, name="task-new"),
    path("tasks/<str:key>/", task_views.task, name="task"),
    path("tasks/<str:key>/change/", task_views.task_change, name="task-change"),
    path("tasks/<str:key>/hand-over/", task_views.task_hand_over, name="task-hand-over"),
    path("tasks/<str:key>/end/", task_views.task_end, name="task-end"),
    path("remarks/files/<str:key>/", remark_views.file, name="attachment"),
    path("remarks/<str:reference>/comment/", remark_views.comment, name="comment"),
    path("remarks/<str:reference>/file/", remark_views.add_file, name="attach"),
]
